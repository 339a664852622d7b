import { COLON, lowerCase, skipBlanks } from './characters.ts';

export interface HostPort {
  /** Lower case; an IPv6 address stands in brackets. */
  readonly host: string;
  readonly port: number | undefined;
  /** Past it and the blanks after it. */
  readonly end: number;
}

/** Of host names and IPv4 addresses. The underscore is in no standard and in many networks. */
const HOST = new Uint8Array(128);
for (const char of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._') HOST[char.charCodeAt(0)] = 1;
const MAX_HOST = 255;
const IPV6_REFERENCE = /^\[[0-9a-fA-F:.]{2,45}\]$/;

/** `host`, `host:port`, `[v6]`, `[v6]:port` at `from`; blanks may stand around the colon (RFC 3261 section 25.1). */
export function readHostPort(text: string, from: number): HostPort | undefined {
  const hostEnd = text.startsWith('[', from) ? endOfReference(text, from) : endOfName(text, from);
  if (hostEnd <= from || hostEnd - from > MAX_HOST) return undefined;
  const host = lowerCase(text.slice(from, hostEnd));
  const colon = skipBlanks(text, hostEnd);
  if (colon === text.length || text.charCodeAt(colon) !== COLON) return { host, port: undefined, end: colon };
  const portStart = skipBlanks(text, colon + 1);
  let portEnd = portStart;
  let port = 0;
  for (let digit = digitAt(text, portEnd); digit >= 0 && port <= 65_535; digit = digitAt(text, ++portEnd)) {
    port = port * 10 + digit;
  }
  return portEnd === portStart || port > 65_535 ? undefined : { host, port, end: skipBlanks(text, portEnd) };
}

function endOfName(text: string, from: number): number {
  let i = from;
  while (i < text.length && HOST[text.charCodeAt(i)] === 1) i++;
  return i;
}

/** Past the closing bracket, or -1. */
function endOfReference(text: string, from: number): number {
  const close = text.indexOf(']', from);
  return IPV6_REFERENCE.test(text.slice(from, close + 1)) ? close + 1 : -1;
}

/** -1 if there is none. */
function digitAt(text: string, at: number): number {
  const digit = at < text.length ? text.charCodeAt(at) - 48 : -1;
  return digit >= 0 && digit <= 9 ? digit : -1;
}
