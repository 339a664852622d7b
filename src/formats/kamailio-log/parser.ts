import { decodeUtf8 } from '../../lib/byte-text.ts';
import { parsePeer } from '../../lib/log-line/peer.ts';
import { LinePrefix, skipSpaces, stripColours } from '../../lib/log-line/prefix.ts';
import { makeSignal } from '../../pipeline/make-signal.ts';
import type { Format, FormatOptions, LineParser, Parsed } from '../format.ts';
import { Accounting } from './accounting.ts';
import type { Message } from './message.ts';

/** The longest message Kamailio takes by UDP, so the longest dump of one. */
const MAX_DUMP = 65_536;
const MAX_METHOD = 64;
const LEVELS = ['ALERT', 'BUG', 'CRITICAL', 'ERROR', 'WARNING', 'NOTICE', 'INFO', 'DEBUG'];

export const kamailioLog: Format = {
  type: 'kamailio-log',
  description:
    'Kamailio: pike, sanity and parser complaints and acc lines, by way of syslog, journald or standard error',
  // Standard error: ` 1(15505) INFO: …`.
  beginsWithBlank: true,
  parser: (options) => new KamailioParser(options),
};

/**
 * `[PID) ]LEVEL: [{log_prefix} ]MODULE: TEXT`. The usual `log_prefix` holds the Call-ID, so the start of TEXT is only
 * known if nothing in it looks like another end of the prefix.
 *
 * Syslog daemons and journald keep a message on one line. Standard error does not: Kamailio dumps messages it cannot parse,
 * and a folded Call-ID (seen on Kamailio 5.6: in `log_prefix`, in acc lines) ends the line wherever its sender wants, so
 * that a whole line may be forged. So there only what cannot hold anything of the sender's is believed, which is pike's
 * own complaint without a `log_prefix`, and nothing for as long as a dump can be after a line that may begin one.
 */
class KamailioParser implements LineParser {
  readonly #sensor: string;
  readonly #prefix: LinePrefix;
  readonly #accounting = new Accounting();
  /** Characters yet to come that may be a dump's. */
  #dump = 0;
  /** A log is relayed or it is not: what looks like standard error among relayed lines is the rest of one. */
  #isRelayed = false;

  constructor(options: FormatOptions) {
    this.#sensor = options.sensor;
    this.#prefix = new LinePrefix(options.now);
  }

  get doubtsNext(): boolean {
    return this.#dump > 0;
  }

  parse(input: string): Parsed {
    const line = stripColours(input);
    const prefix = this.#prefix;
    prefix.read(line);
    this.#isRelayed ||= prefix.isRelayed;
    if (this.#inDump(line) || (prefix.isRelayed && !prefix.program.includes('kamailio'))) return 'unrecognised';
    const level = skipProcess(line, prefix.body);
    const levelEnd = line.indexOf(': ', level);
    if (level < 0 || levelEnd < 0 || !LEVELS.includes(line.slice(level, levelEnd))) return 'unrecognised';
    if (prefix.isRelayed) return this.#readRelayed(line, levelEnd + 2);
    return this.#isRelayed ? 'unrecognised' : this.#readDirect(line, level, levelEnd + 2);
  }

  #readRelayed(line: string, from: number): Parsed {
    const start = afterLogPrefix(line, from);
    return start < 0 || this.#prefix.mayBeCut(line) ? 'unrecognised' : this.#readModule(line, start);
  }

  /** Of standard error. */
  #readDirect(line: string, level: number, from: number): Parsed {
    if (line.startsWith('pike [', from)) return this.#readModule(line, from);
    if (!mayHoldOthersWords(line, level, from)) return 'ignored';
    this.#dump = MAX_DUMP;
    return 'unrecognised';
  }

  #inDump(line: string): boolean {
    this.#dump = Math.max(0, this.#dump - line.length - 1);
    return this.#dump > 0;
  }

  /** `<script>: TEXT` of the script's own xlog, or `module [file.c:123]: function(): TEXT`. */
  #readModule(line: string, start: number): Parsed {
    const nameEnd = line.indexOf(': ', start);
    const head = line.startsWith('<script>: ', start) ? nameEnd - 2 : line.indexOf('(): ', nameEnd);
    if (nameEnd < 0 || head < 0) return 'ignored';
    const message: Message = { text: line.slice(head + 4), at: this.#prefix.time, sensor: this.#sensor };
    if (holdsHead(message.text)) return 'unrecognised';
    if (line.startsWith('<script>: ', start)) return readScript(message);
    if (line.startsWith('pike [', start)) return readPike(message);
    if (line.startsWith('acc [', start)) return this.#accounting.parse(message);
    return line.startsWith('<core> [', start) ? readCore(message) : 'ignored';
  }
}

/** Lines of the configuration that Kamailio installs. `ALERT: pike blocking METHOD from URI (IP:ADDRESS:PORT)` */
function readScript({ text, at, sensor }: Message): Parsed {
  const malformed = 'Malformed SIP request from ';
  if (text.startsWith(malformed)) {
    const peer = parsePeer(text.slice(malformed.length));
    return peer === undefined ? 'ignored' : makeSignal('malformed', { at, sensor, ...peer, reason: 'malformed' });
  }
  const pike = 'ALERT: pike blocking ';
  if (!text.startsWith(pike)) return 'ignored';
  const open = text.lastIndexOf(' (IP:');
  const peer = text.endsWith(')') ? parsePeer(text.slice(open + 5, -1)) : undefined;
  if (open < 0 || peer === undefined) return 'unrecognised';
  const method = decodeUtf8(text.slice(pike.length, text.indexOf(' ', pike.length)), MAX_METHOD);
  return makeSignal('flood', { at, sensor, ...peer, method, reason: 'pike' });
}

/** `PIKE - BLOCKing ip ADDRESS, node=0x…` */
function readPike({ text, at, sensor }: Message): Parsed {
  const blocking = 'PIKE - BLOCKing ip ';
  if (!text.startsWith(blocking)) return 'ignored';
  const peer = parsePeer(text.slice(blocking.length, text.indexOf(',')));
  return peer === undefined ? 'unrecognised' : makeSignal('flood', { at, sensor, ...peer, reason: 'pike' });
}

/** `core parsing of SIP message failed (ADDRESS:PORT/PROTOCOL)`; protocol 1 is UDP, 2 TCP, 3 TLS. */
function readCore({ text, at, sensor }: Message): Parsed {
  const failed = 'core parsing of SIP message failed (';
  const slash = text.indexOf('/');
  if (!text.startsWith(failed) || slash < 0) return 'ignored';
  const peer = parsePeer(bracketed(text.slice(failed.length, slash)));
  if (peer === undefined) return 'unrecognised';
  const transport = (['udp', 'tcp', 'tls'] as const)[Number(text.slice(slash + 1, -1)) - 1] ?? 'unknown';
  const proven = transport === 'udp' ? 'no' : transport === 'unknown' ? 'unknown' : 'yes';
  return makeSignal('malformed', { at, sensor, ...peer, transport, proven, reason: 'malformed' });
}

/** Kamailio writes IPv6 with a port but without brackets here. */
function bracketed(text: string): string {
  const colon = text.lastIndexOf(':');
  return text.startsWith('[') || text.indexOf(':') === colon
    ? text
    : `[${text.slice(0, colon)}]:${text.slice(colon + 1)}`;
}

/** Past ` 1(15505) ` of standard error; -1 if the line begins otherwise. */
function skipProcess(line: string, from: number): number {
  const at = skipSpaces(line, from);
  const open = line.indexOf('(', at);
  if (open < 0 || open - at > 4 || line.charCodeAt(at) < 48 || line.charCodeAt(at) > 57) return at;
  const close = line.indexOf(') ', open);
  return close < 0 ? -1 : close + 2;
}

/** Past `{…} ` at `at`; -1 if its end cannot be told. */
function afterLogPrefix(line: string, at: number): number {
  if (line.charCodeAt(at) !== 123) return at;
  const end = line.indexOf('} ', at);
  return end < 0 || line.indexOf('} ', end + 1) >= 0 ? -1 : end + 2;
}

/**
 * Whether a module's name or the script's comes again. A NUL in a Call-ID ends `log_prefix` where the sender wants it (seen
 * on Kamailio 5.6), so what looks like the message may be his, and then the true one follows with its own head.
 */
function holdsHead(text: string): boolean {
  return text.includes('(): ') || text.includes('<script>: ');
}

/** Where Kamailio complains of the machine it is started on: no message has come. */
const START_UP = /^<core> \[(?:main|core\/(?:socket_info|sctp_core|udp_server))\.c:/;

/** Whether anything in the line may be the sender's, so that what follows may be so too. */
function mayHoldOthersWords(line: string, level: number, from: number): boolean {
  const head = line.slice(from, from + 40);
  if (START_UP.test(head)) return false;
  return !/^(?:NOTICE|INFO|DEBUG):/.test(line.slice(level, level + 8)) || /^(?:\{|<script>|acc )/.test(head);
}
