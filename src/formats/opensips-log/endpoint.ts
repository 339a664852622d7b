import { Address, parseV4 } from '../../lib/address.ts';

export interface Endpoint {
  readonly address: Address;
  /** 0 if there is none. */
  readonly port: number;
  /** Position after it. */
  readonly end: number;
}

/**
 * `203.0.113.7:5071`, `[2001:db8::7]:5071` or, as OpenSIPS prints `$si:$sp`, `2001:db8:0:0:0:0:0:7:5071` at `from`: the
 * writer always adds the port, so the last colon is the one in front of it.
 */
export function readEndpoint(line: string, from: number): Endpoint | undefined {
  const colon = line.indexOf(':', from);
  const v4 = parseV4(line, from, colon);
  if (v4 >= 0) return withPort(Address.v4(v4), line, colon);
  const end = endOfAddress(line, from);
  if (line.charCodeAt(end) === BRACKET_CLOSE) return withPort(bracketed(line, from, end + 1), line, end + 1);
  const lastColon = line.lastIndexOf(':', end - 1);
  return lastColon < from ? undefined : withPort(Address.parse(line.slice(from, lastColon)), line, lastColon);
}

/** `203.0.113.7`, `203.0.113.7:5071`, `2001:db8::7`, `[2001:db8::7]` or `[2001:db8::7]:5071` at `from`. */
export function readAddress(line: string, from: number): Endpoint | undefined {
  const end = endOfAddress(line, from);
  const closed = line.charCodeAt(end) === BRACKET_CLOSE;
  const alone = closed ? bracketed(line, from, end + 1) : Address.parse(line.slice(from, end));
  if (closed && line.charCodeAt(end + 1) === COLON) return withPort(alone, line, end + 1);
  if (alone !== undefined) return { address: alone, port: 0, end: closed ? end + 1 : end };
  return closed ? undefined : readEndpoint(line, from);
}

const COLON = 58;
const BRACKET_OPEN = 91;
const BRACKET_CLOSE = 93;
/** Eight groups, the last two as a dotted quad, brackets and a port. */
const MAX_ENDPOINT = 54;

function bracketed(line: string, from: number, to: number): Address | undefined {
  return line.charCodeAt(from) === BRACKET_OPEN ? Address.parse(line.slice(from, to)) : undefined;
}

function withPort(address: Address | undefined, line: string, colon: number): Endpoint | undefined {
  if (address === undefined || line.charCodeAt(colon) !== COLON) return undefined;
  let port = 0;
  let end = colon + 1;
  for (; end < colon + 6; end++) {
    const digit = line.charCodeAt(end) - 48;
    if (!(digit >= 0 && digit <= 9)) break;
    port = port * 10 + digit;
  }
  return end === colon + 1 || port > 65535 ? undefined : { address, port, end };
}

/** Position of the first character after `from` that is not part of an address: `[` only counts at the start. */
function endOfAddress(line: string, from: number): number {
  let at = line.charCodeAt(from) === BRACKET_OPEN ? from + 1 : from;
  while (at < from + MAX_ENDPOINT && /[\da-fA-F.:]/.test(line.charAt(at))) at++;
  return at;
}
