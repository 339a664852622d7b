import { decodeUtf8 } from '../../lib/byte-text.ts';
import { parseNumber } from '../../lib/number.ts';
import { MAX_TEXT, type RefusalReason, type SignalFields, type SignalKind } from '../../pipeline/signal.ts';
import { type Endpoint, readAddress, readEndpoint } from './endpoint.ts';

/** What a message says; the rest of the signal is left unsaid. */
export interface Message
  extends Pick<SignalFields, 'address' | 'port' | 'method' | 'status' | 'reason' | 'user' | 'domain' | 'userAgent'> {
  readonly kind: SignalKind;
}

/**
 * One of the messages: a fixed head, the attacker's text, and a tail with the address. The text may imitate a tail, or
 * a whole line, so the tail is looked for from the end of the line backwards, where the attacker cannot write.
 *
 * One way remains, which no reader of such lines can see: OpenSIPS prints with `%.*s`, so a NUL in a header ends the
 * message there, and what is in front of it may look like a tail (seen on 3.6.8). These signals are never `proven`, and
 * `opensips-events` is free of it.
 */
interface Form {
  readonly head: string;
  /** The message whose attacker's text starts at `from`; undefined if it has no proper tail. */
  read(line: string, from: number): Message | undefined;
}

const FROM = ' from ';
const SRC = ' src=';

/** `Failed registration logged to database - 1001@example.com from 203.0.113.7:5071, response 403 Forbidden` */
const failedRegistration: Form = {
  head: 'Failed registration logged to database - ',
  read(line, from) {
    // A back end's reason phrase may hold a " from " of its own: the last one followed by a whole tail counts.
    for (let tail = line.lastIndexOf(FROM); tail >= from; tail = line.lastIndexOf(FROM, tail - 1)) {
      const source = readEndpoint(line, tail + FROM.length);
      if (source === undefined) continue;
      const status = readResponse(line, source.end);
      if (status === 0) continue;
      const at = line.lastIndexOf('@', tail - 1);
      const split = at < from ? tail : at;
      const user = text(line, from, split);
      const domain = text(line, split + 1, tail);
      const reason = text(line, source.end + RESPONSE.length + 4, line.length);
      return { ...refused(source, ''), kind: 'register.failed', method: 'REGISTER', status, reason, user, domain };
    }
    return undefined;
  },
};

/** `Door-knock attempt logged to database - domain=evil.example from 203.0.113.7:5071`, perhaps with ` (reason)`. */
const doorKnock: Form = {
  head: 'Door-knock attempt logged to database - domain=',
  read(line, from) {
    const tail = line.lastIndexOf(FROM);
    const source = tail < from ? undefined : readEndpoint(line, tail + FROM.length);
    if (source === undefined) return undefined;
    const reason = source.end === line.length ? 'domain_not_found' : readReason(line, source.end);
    return reason && { ...refused(source, reason), domain: text(line, from, tail) };
  },
};

/** `Door-knock blocked: domain=evil.example src=203.0.113.7 (not found)` */
const doorKnockBlocked: Form = {
  head: 'Door-knock blocked: domain=',
  read(line, from) {
    const tail = line.lastIndexOf(SRC);
    const source = tail < from ? undefined : readAddress(line, tail + SRC.length);
    const reason = source && readReason(line, source.end);
    return source && reason && { ...refused(source, reason), domain: text(line, from, tail) };
  },
};

/** `Scanner detected and logged to database - user_agent=friendly-scanner from 203.0.113.7:5071` */
const scanner: Form = {
  head: 'Scanner detected and logged to database - user_agent=',
  read(line, from) {
    const tail = line.lastIndexOf(FROM);
    const source = tail < from ? undefined : readEndpoint(line, tail + FROM.length);
    if (source?.end !== line.length) return undefined;
    return { ...refused(source, 'scanner_detected'), userAgent: text(line, from, tail) };
  },
};

export const FORMS: readonly Form[] = [failedRegistration, doorKnock, doorKnockBlocked, scanner];

const RESPONSE = ', response ';

/** The status in `, response 403` at `at`, which a blank and a reason phrase may follow; 0 if it is not there. */
function readResponse(line: string, at: number): number {
  const digits = at + RESPONSE.length;
  if (line.slice(at, digits) !== RESPONSE) return 0;
  const end = digits + 3;
  const status = parseNumber(line, digits, end);
  const ends = end === line.length || line.charCodeAt(end) === 32;
  return ends && status >= 100 && status <= 699 ? status : 0;
}

/** What scripts in the field write in brackets, besides the reasons by their own names. */
const REASON_PHRASES: ReadonlyMap<string, RefusalReason> = new Map([
  ['not found', 'domain_not_found'],
  ['not configured', 'domain_not_found'],
  ['unknown', 'domain_not_found'],
  ['mismatch', 'domain_mismatch'],
  ['disabled', 'domain_disabled'],
  ['inactive', 'domain_disabled'],
  ['scanner', 'scanner_detected'],
  ['method not allowed', 'method_not_allowed'],
  ['max forwards exceeded', 'max_forwards_exceeded'],
  ['query failed', 'query_failed'],
  ['malformed', 'malformed'],
] satisfies [string, RefusalReason][]);

/** The reason in ` (not found)`, which must reach from `at` to the end of the line. */
function readReason(line: string, at: number): RefusalReason | undefined {
  if (!line.startsWith(' (', at) || !line.endsWith(')')) return undefined;
  const phrase = line
    .slice(at + 2, -1)
    .toLowerCase()
    .replaceAll(/[_-]/g, ' ');
  return REASON_PHRASES.get(phrase) ?? REASON_PHRASES.get(phrase.replace(/^domain /, ''));
}

function refused(source: Endpoint, reason: string): Message {
  const { address, port } = source;
  return { kind: 'request.refused', address, port, method: '', status: 0, reason, user: '', domain: '', userAgent: '' };
}

/** Texts may be slices that keep the whole chunk of input alive: who stores them for long copies them. */
function text(line: string, from: number, to: number): string {
  return from >= to ? '' : decodeUtf8(line.slice(from, to), MAX_TEXT);
}
