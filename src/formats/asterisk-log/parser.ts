import { LinePrefix, skipSpaces, stripColours } from '../../lib/log-line/prefix.ts';
import type { Format, FormatOptions, LineParser, Parsed } from '../format.ts';
import { parseChanSipNotice } from './chan-sip-notices.ts';
import { readDialplanLog } from './dialplan-log.ts';
import { plainLine } from './json-line.ts';
import { type Message, parseIaxNotice, parseManagerNotice } from './other-services.ts';
import { PacketDump } from './packet-dump.ts';
import { parsePjsipNotice, parseSessionNotice } from './pjsip-notices.ts';
import { SecurityEvents } from './security-event.ts';
import { ToldTwice, type Voice } from './told-twice.ts';

/** Whose source file wrote the line decides how it is read: a dial plan may log any text of a caller. */
const READERS: readonly (readonly [file: string, read: (message: Message) => Parsed])[] = [
  ['chan_sip.c', parseChanSipNotice],
  ['res_pjsip/pjsip_distributor.c', parsePjsipNotice],
  ['pjsip_distributor.c', parsePjsipNotice],
  ['res_pjsip_session.c', parseSessionNotice],
  ['res_pjsip_registrar.c', parseSessionNotice],
  ['chan_iax2.c', parseIaxNotice],
  ['manager.c', parseManagerNotice],
];

export const asteriskLog: Format = {
  type: 'asterisk-log',
  description: 'Asterisk: messages, full or security log, also by way of syslog or journald',
  parser: (options) => new AsteriskParser(options),
};

class AsteriskParser implements LineParser {
  readonly #sensor: string;
  readonly #prefix: LinePrefix;
  readonly #security = new SecurityEvents();
  readonly #toldTwice = new ToldTwice();
  readonly #dump = new PacketDump();

  constructor(options: FormatOptions) {
    this.#sensor = options.sensor;
    this.#prefix = new LinePrefix(options.now);
  }

  get doubtsNext(): boolean {
    return this.#dump.isOpen;
  }

  parse(input: string): Parsed {
    if (this.#dump.isOpen) {
      this.#dump.skip(input);
      return 'unrecognised';
    }
    const line = input.startsWith('{') ? plainLine(input) : stripColours(input);
    const prefix = this.#prefix;
    prefix.read(line);
    if (prefix.isRelayed && !prefix.program.includes('asterisk')) return 'unrecognised';
    const level = this.#readOwnTime(line);
    const afterLevel = skipLevel(line, level);
    if (afterLevel < 0) return 'unrecognised';
    if (prefix.mayBeCut(line)) return 'unrecognised';
    if (line.startsWith('Ext. ', afterLevel)) return readDialplanLog(this.#message(line, afterLevel));
    const location = line.indexOf(': ', afterLevel);
    if (location < 0) return 'ignored';
    return this.#readMessage(line, afterLevel, location + 2, input.startsWith('{'));
  }

  #readMessage(line: string, location: number, start: number, isJson: boolean): Parsed {
    // What comes by way of syslog, and as JSON, is one line whatever it holds.
    const isPlain = !this.#prefix.isRelayed && !isJson;
    if (isPlain && /^pj(?:project|sip)/.test(line.slice(location, location + 10))) this.#dump.begin(line.slice(start));
    if (line.startsWith('res_security_log.c', location)) {
      return this.#once(this.#security.parse(this.#message(line, start)), 'security');
    }
    for (const [file, read] of READERS) {
      if (line.startsWith(file, location)) return this.#once(read(this.#message(line, start)), 'notice');
    }
    return 'ignored';
  }

  #once(parsed: Parsed, voice: Voice): Parsed {
    const isFailure = typeof parsed === 'object' && parsed.kind !== 'register.ok';
    return isFailure && this.#toldTwice.isTwin(parsed, voice) ? 'ignored' : parsed;
  }

  #message(line: string, start: number): Message {
    return { text: line.slice(skipSpaces(line, start)), at: this.#prefix.time, sensor: this.#sensor };
  }

  /** `[time] ` of Asterisk's own log files; returns where the level begins. */
  #readOwnTime(line: string): number {
    const { body } = this.#prefix;
    if (line.charCodeAt(body) !== 91) return body;
    const end = this.#prefix.readTime(line, body + 1);
    return end < 0 || line.charCodeAt(end) !== 93 ? -1 : end + 2;
  }
}

/** Past `NOTICE[1638][C-00000fa9]: ` (blank before the bracket and colon after it are optional), or -1. */
function skipLevel(line: string, from: number): number {
  if (from < 0) return -1;
  let i = from;
  while (isLevelLetter(line.charCodeAt(i))) i++;
  if (i - from < 4) return -1;
  if (line.charCodeAt(i) === 32) i++;
  if (line.charCodeAt(i) !== 91 || !isDigit(line.charCodeAt(i + 1))) return -1;
  i = line.indexOf(']', i) + 1;
  if (line.startsWith('[C-', i)) i = line.indexOf(']', i) + 1;
  if (i <= from) return -1;
  if (line.charCodeAt(i) === 58) i++;
  while (line.charCodeAt(i) === 32) i++;
  return i;
}

function isLevelLetter(code: number): boolean {
  return (code >= 65 && code <= 90) || code === 95;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
