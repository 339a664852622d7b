import { decodeText } from '../text.ts';
import { CR, findLineEnd, isBlank, isToken } from './characters.ts';
import type { MalformedReason } from './malformed.ts';

/** The first line of a message, by position; texts are decoded when asked for. */
export interface StartLine {
  /** Undefined for a status line. */
  readonly method: string | undefined;
  /** Of a request: where its URI is. Of a response: where its reason phrase is. */
  readonly textStart: number;
  readonly textEnd: number;
  readonly status: number;
  /** Where the headers begin. */
  readonly next: number;
  readonly fault: Extract<MalformedReason, 'start-line' | 'version' | 'status'> | undefined;
}

/** RFC 3261 and its extensions; anything else is decoded from the message. */
const METHODS = [
  'REGISTER',
  'INVITE',
  'OPTIONS',
  'ACK',
  'BYE',
  'CANCEL',
  'SUBSCRIBE',
  'NOTIFY',
  'PUBLISH',
  'MESSAGE',
  'INFO',
  'PRACK',
  'UPDATE',
  'REFER',
];

/** The longest first word that is still read as a method. */
const MAX_METHOD = 64;

/** The start line at `from`, or what the bytes are instead. */
export function readStartLine(bytes: Buffer, from: number): StartLine | 'not-sip' {
  const lineEnd = findLineEnd(bytes, from);
  const next = Math.min(lineEnd + 1, bytes.length);
  const end = lineEnd > from && bytes[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd;
  return startsWithSip(bytes, from, end)
    ? readStatusLine(bytes, from, end, next)
    : readRequestLine(bytes, from, end, next);
}

/** `Method SP Request-URI SP SIP/2.0`. Blanks too many are read over, and are a fault (RFC 4475 section 3.1.2.9). */
function readRequestLine(bytes: Buffer, from: number, lineEnd: number, next: number): StartLine | 'not-sip' {
  const end = trimBlanks(bytes, from, lineEnd);
  let versionStart = end;
  while (versionStart > from && !isBlank(bytes[versionStart - 1] as number)) versionStart--;
  if (!startsWithSip(bytes, versionStart, end)) return 'not-sip';
  let methodEnd = from;
  while (isToken(bytes[methodEnd] as number)) methodEnd++;
  if (methodEnd === from || methodEnd - from > MAX_METHOD || !isBlank(bytes[methodEnd] as number)) return 'not-sip';

  const uriEnd = trimBlanks(bytes, methodEnd, versionStart);
  let uriStart = methodEnd;
  while (uriStart < uriEnd && isBlank(bytes[uriStart] as number)) uriStart++;
  const blanksAround = uriStart - methodEnd + versionStart - uriEnd + lineEnd - end;
  const wellFormed = uriEnd > uriStart && blanksAround === 2 && !hasBlank(bytes, uriStart, uriEnd);
  return {
    method: readMethod(bytes, from, methodEnd),
    textStart: uriStart,
    textEnd: uriEnd,
    status: 0,
    next,
    fault: isVersion2(bytes, versionStart, end) ? (wellFormed ? undefined : 'start-line') : 'version',
  };
}

/** The end of `[from, to)` without the blanks before it. */
function trimBlanks(bytes: Buffer, from: number, to: number): number {
  let end = to;
  while (end > from && isBlank(bytes[end - 1] as number)) end--;
  return end;
}

/** `SIP/2.0 SP 3DIGIT SP Reason-Phrase`; the blank before an absent reason phrase may be missing. */
function readStatusLine(bytes: Buffer, from: number, end: number, next: number): StartLine {
  let versionEnd = from;
  while (versionEnd < end && !isBlank(bytes[versionEnd] as number)) versionEnd++;
  let status = 0;
  let at = Math.min(versionEnd + 1, end);
  const statusStart = at;
  for (; at < end && !isBlank(bytes[at] as number); at++) {
    const digit = (bytes[at] as number) - 48;
    status = digit >= 0 && digit <= 9 ? Math.min(status * 10 + digit, 10_000) : Number.NaN;
  }
  const good = at - statusStart === 3 && status >= 100 && status <= 699;
  return {
    method: undefined,
    textStart: Math.min(at + 1, end),
    textEnd: end,
    status: good ? status : 0,
    next,
    fault: isVersion2(bytes, from, versionEnd) ? (good ? undefined : 'status') : 'version',
  };
}

/** `SIP/`, in any case. */
function startsWithSip(bytes: Buffer, from: number, end: number): boolean {
  return (
    end - from > 4 &&
    ((bytes[from] as number) | 0x20) === 0x73 &&
    ((bytes[from + 1] as number) | 0x20) === 0x69 &&
    ((bytes[from + 2] as number) | 0x20) === 0x70 &&
    bytes[from + 3] === 0x2f
  );
}

/** `SIP/2.0`, the part before the slash known already. */
function isVersion2(bytes: Buffer, from: number, end: number): boolean {
  return end - from === 7 && bytes[from + 4] === 0x32 && bytes[from + 5] === 0x2e && bytes[from + 6] === 0x30;
}

function hasBlank(bytes: Buffer, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (isBlank(bytes[i] as number)) return true;
  return false;
}

/** A known method as one shared string, so that the hot path makes none. Methods are case-sensitive (RFC 3261 section 7.1). */
function readMethod(bytes: Buffer, from: number, to: number): string {
  for (const method of METHODS) {
    if (method.length === to - from && equals(bytes, from, method)) return method;
  }
  return decodeText(bytes, from, to);
}

function equals(bytes: Buffer, from: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[from + i] !== text.charCodeAt(i)) return false;
  return true;
}
