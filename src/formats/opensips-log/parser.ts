import { Timestamp } from '../../lib/log-line/timestamp.ts';
import type { Signal } from '../../pipeline/signal.ts';
import type { Format, FormatOptions, LineParser, Parsed } from '../format.ts';
import { FORMS, type Message } from './forms.ts';

/** What OpenSIPS scripts in the field write with `xlog`, through syslog, journald or to standard error. */
export const opensipsLog: Format = {
  type: 'opensips-log',
  description: 'failed registrations, door knocks and scanners that an OpenSIPS script writes with xlog',
  parser: (options) => new LogParser(options),
};

/**
 * The shortest cut of a syslog line (1024 bytes with the priority, RFC 3164 section 4.1), less what the receiver may
 * have left out of it. The tail of a longer line may be missing, and what now ends it be the attacker's.
 */
const MAX_LINE = 960;

class LogParser implements LineParser {
  readonly #sensor: string;
  readonly #time: Timestamp;

  constructor(options: FormatOptions) {
    this.#sensor = options.sensor;
    this.#time = new Timestamp(options.now);
  }

  parse(line: string): Parsed {
    if (line === '') return 'ignored';
    const timeEnd = this.#time.read(line, 0);
    if (timeEnd < 0 || line.charCodeAt(timeEnd) !== 32) return 'unrecognised';
    const start = messageStart(line, timeEnd + 1);
    const form = FORMS.find(({ head }) => line.slice(start, start + head.length) === head);
    if (form === undefined) return 'ignored';
    const message = line.length > MAX_LINE ? undefined : form.read(line, start + form.head.length);
    return message === undefined ? 'unrecognised' : this.#signal(this.#time.ms, message);
  }

  #signal(at: number, message: Message): Signal {
    return {
      kind: message.kind,
      at,
      address: message.address,
      port: message.port,
      transport: 'unknown',
      sensor: this.#sensor,
      proven: 'unknown',
      method: message.method,
      status: message.status,
      reason: message.reason,
      user: message.user,
      domain: message.domain,
      requestUri: '',
      userAgent: message.userAgent,
      callId: '',
      expires: -1,
      count: 1,
      from: '',
      fromTag: '',
      branch: '',
      detail: '',
      authUser: '',
      authRealm: '',
    } as Signal;
  }
}

/**
 * Where the message starts after the time: past the host, past `program[pid]:` (or `[pid]`, OpenSIPS' own), past the
 * level that OpenSIPS 3.6 puts before what `xlog` prints (`NOTICE:`) and past the label `REGISTER:`. Each may be missing.
 * What a word is follows from its form and place alone, so text further on cannot be taken for them.
 */
function messageStart(line: string, from: number): number {
  if (isHead(line, from)) return from;
  let at = pastTag(line, from);
  if (at === from) {
    const blank = line.indexOf(' ', from);
    if (blank < 0) return line.length;
    at = pastTag(line, blank + 1);
  }
  LABELS.lastIndex = at;
  return LABELS.test(line) ? LABELS.lastIndex : at;
}

const TAG = /(?:[\w./@-]+(?:\[\d+\])?:|\[\d+\]:?) /y;
const LABELS = /(?:(?:DBG|INFO|NOTICE|WARNING|ERROR|CRITICAL|ALERT|EMERG):)?(?:REGISTER: )?/y;

function pastTag(line: string, from: number): number {
  TAG.lastIndex = from;
  return TAG.test(line) ? TAG.lastIndex : from;
}

function isHead(line: string, from: number): boolean {
  return FORMS.some(({ head }) => line.startsWith(head, from));
}
