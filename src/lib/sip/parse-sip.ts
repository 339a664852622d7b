import { CR, isBlank, LF } from './characters.ts';
import { HeaderIndex } from './header-index.ts';
import type { Malformed, MalformedReason } from './malformed.ts';
import { SipRequest, SipResponse } from './message.ts';
import { readStartLine } from './start-line.ts';

/** No UDP datagram is longer; on a stream it is our limit. */
export const MAX_MESSAGE_BYTES = 65_535;

/**
 * One SIP message: a datagram, or a frame of a stream. Never throws; linear in the length. Only the start line is read
 * and the header lines are found; each value is parsed when it is asked for. `faultOf` says whether the values make sense.
 *
 * @param input a string has one character a byte (latin1). Bytes are not copied: do not change them meanwhile.
 */
export function parseSip(input: Uint8Array | string): SipRequest | SipResponse | Malformed {
  const bytes = toBuffer(input);
  if (bytes.length > MAX_MESSAGE_BYTES) return malformed('too-long');
  const start = skipKeepAlive(bytes);
  if (start === bytes.length) return malformed('empty');
  const line = readStartLine(bytes, start);
  if (line === 'not-sip') return malformed('not-sip');
  const index = HeaderIndex.read(bytes, line.next);
  const message = line.method === undefined ? new SipResponse(bytes, index, line) : new SipRequest(bytes, index, line);
  const fault = line.fault ?? index.fault;
  return fault === undefined ? message : malformed(fault, message);
}

function malformed(reason: MalformedReason, message?: SipRequest | SipResponse): Malformed {
  return { kind: 'malformed', reason, message };
}

function toBuffer(input: Uint8Array | string): Buffer {
  if (typeof input === 'string') return Buffer.from(input, 'latin1');
  return Buffer.isBuffer(input) ? input : Buffer.from(input.buffer, input.byteOffset, input.byteLength);
}

/**
 * Past the line ends that may come before a message (RFC 3261 section 7.5). A datagram of line ends, blanks and NULs
 * alone is a keep-alive, so all of it is passed.
 */
function skipKeepAlive(bytes: Buffer): number {
  let start = 0;
  while (start < bytes.length && (bytes[start] === CR || bytes[start] === LF)) start++;
  let i = start;
  while (i < bytes.length && isPadding(bytes[i] as number)) i++;
  return i === bytes.length ? i : start;
}

function isPadding(byte: number): boolean {
  return byte === 0 || byte === CR || byte === LF || isBlank(byte);
}
