import { Address } from '../address.ts';

/** Who a log line says sent the request. */
export interface Peer {
  readonly address: Address;
  /** 0 if not said. */
  readonly port: number;
}

/** `192.0.2.1`, `192.0.2.1:5060`, `[2001:db8::1]:5060`, `[192.0.2.1]:5060` or `2001:db8::1`; undefined for all else. */
export function parsePeer(text: string): Peer | undefined {
  if (text.length > 64) return undefined;
  if (text.startsWith('[')) return parseBracketed(text);
  const colon = text.indexOf(':');
  // With a second colon it is IPv6, which without brackets has no port.
  if (colon < 0 || text.indexOf(':', colon + 1) >= 0) return withPort(text, '');
  return colon === text.length - 1 ? undefined : withPort(text.slice(0, colon), text.slice(colon + 1));
}

function parseBracketed(text: string): Peer | undefined {
  const close = text.indexOf(']');
  if (close < 0) return undefined;
  if (close === text.length - 1) return withPort(text.slice(1, close), '');
  if (text.charCodeAt(close + 1) !== 58 || close + 2 === text.length) return undefined;
  return withPort(text.slice(1, close), text.slice(close + 2));
}

/** The port of `digits`, 0 for none; undefined unless both are what they should be. */
export function withPort(host: string, digits: string): Peer | undefined {
  if (digits.length > 5 || !isDigits(digits)) return undefined;
  const port = Number(digits);
  const address = port > 65535 ? undefined : Address.parse(host);
  return address === undefined ? undefined : { address, port };
}

function isDigits(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  return true;
}
