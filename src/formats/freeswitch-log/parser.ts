import { decodeUtf8 } from '../../lib/byte-text.ts';
import { parseLoggedAor } from '../../lib/log-line/aor.ts';
import { parsePeer } from '../../lib/log-line/peer.ts';
import { LinePrefix, skipSpaces, stripColours } from '../../lib/log-line/prefix.ts';
import { makeSignal } from '../../pipeline/make-signal.ts';
import type { Format, FormatOptions, LineParser, Parsed } from '../format.ts';

const MAX_USER = 255;
const LEVELS = ['CONSOLE', 'ALERT', 'CRIT', 'ERR', 'WARNING', 'WARN', 'NOTICE', 'INFO', 'DEBUG'];

/** The rest of "Can't find user", which FreeSWITCH writes as one message of three lines. */
const CONTINUATIONS = [
  "You must define a domain called '",
  'and you must configure your device to use the proper domain',
];

export const freeswitchLog: Format = {
  type: 'freeswitch-log',
  description: 'FreeSWITCH: freeswitch.log or console, also by way of syslog or journald',
  parser: (options) => new FreeswitchParser(options),
};

class FreeswitchParser implements LineParser {
  readonly #sensor: string;
  readonly #prefix: LinePrefix;
  /** Address and user of the last "Can't find user": the failure that follows it is the same one. */
  #unknownUser = '';

  constructor(options: FormatOptions) {
    this.#sensor = options.sensor;
    this.#prefix = new LinePrefix(options.now);
  }

  parse(input: string): Parsed {
    const line = stripColours(input);
    const prefix = this.#prefix;
    prefix.read(line);
    if (prefix.isRelayed && !prefix.program.includes('freeswitch')) return 'unrecognised';
    if (prefix.isRelayed) prefix.readTime(line, prefix.body);
    else if (Number.isNaN(prefix.at)) this.#readTimeAfterUuid(line);
    const level = skipIdle(line, prefix.body);
    const levelEnd = line.indexOf(']', level);
    if (line.charCodeAt(level) !== 91 || !LEVELS.includes(line.slice(level + 1, levelEnd))) {
      return CONTINUATIONS.some((text) => line.startsWith(text)) ? 'ignored' : 'unrecognised';
    }
    const message = line.slice(skipLocation(line, levelEnd + 2));
    if (prefix.mayBeCut(line)) return 'unrecognised';
    return this.#readMessage(message);
  }

  /** With `log-uuid`, lines begin with the call's UUID. */
  #readTimeAfterUuid(line: string): void {
    if (line.charCodeAt(36) === 32 && line.charCodeAt(8) === 45) this.#prefix.readTime(line, 37);
  }

  #readMessage(message: string): Parsed {
    if (message.startsWith('SIP auth ')) return this.#readAuth(message);
    if (message.startsWith("Can't find user [")) return this.#readUnknownUser(message);
    if (message.startsWith('IP')) return this.#readRejection(message);
    return 'ignored';
  }

  /** `SIP auth failure (METHOD) on sofia profile 'PROFILE' for [USER] from ip ADDRESS`: all but USER is FreeSWITCH's. */
  #readAuth(message: string): Parsed {
    const failed = message.startsWith('SIP auth failure (');
    const from = message.lastIndexOf('] from ip ');
    const target = message.indexOf("' for [");
    if ((!failed && !message.startsWith('SIP auth challenge (')) || from < 0 || target < 0) return 'ignored';
    const peer = parsePeer(message.slice(from + 10));
    if (peer === undefined) return 'unrecognised';
    const method = decodeUtf8(message.slice(message.indexOf('(') + 1, message.indexOf(')')), MAX_USER);
    const user = message.slice(target + 7, from);
    const seen = { ...this.#seen(), ...peer, method };
    if (!failed) return challenged(seen, user);
    if (this.#unknownUser === `${peer.address.text} ${user}`) {
      this.#unknownUser = '';
      return 'ignored';
    }
    return makeSignal('register.failed', { ...seen, status: 403, reason: 'auth failure', ...parseLoggedAor(user) });
  }

  #readUnknownUser(message: string): Parsed {
    const from = message.lastIndexOf('] from ');
    const peer = from < 0 ? undefined : parsePeer(message.slice(from + 7));
    if (peer === undefined) return 'unrecognised';
    const user = message.slice(17, from);
    this.#unknownUser = `${peer.address.text} ${user}`;
    return makeSignal('register.failed', {
      ...this.#seen(),
      ...peer,
      status: 403,
      reason: "can't find user",
      ...parseLoggedAor(user),
    });
  }

  /** `IP ADDRESS Rejected by …`; with "Falling back" or "checking" nothing was refused yet. */
  #readRejection(message: string): Parsed {
    const parts = message.split(' ', 5);
    const port = parts[0] === 'IP/Port' ? (parts[2] ?? '') : '';
    const rest = message.slice(`${parts[0]} ${parts[1]} ${port}`.length).trimStart();
    if (!rest.startsWith('Rejected by ') || rest.includes('Falling back') || rest.includes('checking proxy')) {
      return 'ignored';
    }
    const peer = parsePeer(parts[1] ?? '');
    if (peer === undefined) return 'unrecognised';
    const registering = rest.startsWith('Rejected by register acl');
    const seen = { ...this.#seen(), ...peer, status: 403, detail: decodeUtf8(rest, MAX_USER) };
    if (!registering) return makeSignal('request.refused', { ...seen, method: 'INVITE', reason: 'dial_probe' });
    return makeSignal('register.failed', { ...seen, method: 'REGISTER', reason: 'rejected by acl' });
  }

  #seen() {
    return { at: this.#prefix.time, sensor: this.#sensor };
  }
}

/** A challenge is no failure; that of a call says that one was tried, and to which number. */
function challenged(seen: Parameters<typeof makeSignal>[1], target: string): Parsed {
  if (seen.method !== 'INVITE') return 'ignored';
  return makeSignal('call.started', { ...seen, requestUri: `sip:${decodeUtf8(target, MAX_USER)}` });
}

/** Past `96.80% `, how idle the processor was, if it is there. */
function skipIdle(line: string, at: number): number {
  const percent = line.indexOf('% ', at);
  return percent > at && percent - at < 8 ? skipSpaces(line, percent + 2) : at;
}

/** Past `sofia_reg.c:1533 ` or `[SOFIA] [sofia_reg.c:4130] `. */
function skipLocation(line: string, at: number): number {
  const start = line.startsWith('[SOFIA] ', at) ? at + 8 : at;
  const end = line.indexOf(' ', start);
  return end < 0 ? line.length : end + 1;
}
