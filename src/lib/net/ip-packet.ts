import { Address } from '../address.ts';

export const PROTOCOL_IPV4 = 4;
export const PROTOCOL_TCP = 6;
export const PROTOCOL_UDP = 17;
export const PROTOCOL_IPV6 = 41;
const FRAGMENT_HEADER = 44;
/** Hop-by-hop, routing, destination options: a length in units of 8 bytes follows the next header (RFC 8200 section 4). */
const OPTION_HEADERS = [0, 43, 60];
const AUTHENTICATION_HEADER = 51;
const MAX_EXTENSIONS = 8;

/** Which part of a packet this is; undefined for a whole one. */
export interface Fragment {
  readonly id: number;
  readonly offset: number;
  readonly more: boolean;
}

export interface IpPacket {
  readonly source: Address;
  readonly destination: Address;
  /** Of what the payload holds. */
  readonly protocol: number;
  readonly payload: Buffer;
  readonly fragment: Fragment | undefined;
}

/**
 * The IP packet in `bytes` (RFC 791, RFC 8200), or undefined if it is none or cut short of its header. Link layers pad,
 * so the payload is as long as the packet says, or less if the capture kept less.
 */
export function parseIpPacket(bytes: Buffer): IpPacket | undefined {
  if (bytes.length < 20) return undefined;
  const version = (bytes[0] ?? 0) >> 4;
  if (version === 4) return parseV4(bytes);
  return version === 6 && bytes.length >= 40 ? parseV6(bytes) : undefined;
}

function parseV4(bytes: Buffer): IpPacket | undefined {
  const headerLength = ((bytes[0] ?? 0) & 15) * 4;
  // Length 0: segmentation was left to the network card, which captures do not see.
  const length = bytes.readUInt16BE(2) || bytes.length;
  if (headerLength < 20 || length < headerLength || bytes.length < headerLength) return undefined;
  const flags = bytes.readUInt16BE(6);
  const offset = (flags & 0x1fff) * 8;
  const more = (flags & 0x2000) !== 0;
  return {
    source: Address.v4(bytes.readUInt32BE(12)),
    destination: Address.v4(bytes.readUInt32BE(16)),
    protocol: bytes[9] ?? 0,
    payload: bytes.subarray(headerLength, length),
    fragment: more || offset > 0 ? { id: bytes.readUInt16BE(4), offset, more } : undefined,
  };
}

function parseV6(bytes: Buffer): IpPacket | undefined {
  const end = Math.min(bytes.length, 40 + (bytes.readUInt16BE(4) || bytes.length));
  let protocol = bytes[6] ?? 0;
  let at = 40;
  let fragment: Fragment | undefined;
  for (let i = 0; i < MAX_EXTENSIONS && fragment === undefined; i++) {
    const length = extensionLength(bytes, at, protocol);
    if (length === 0) break;
    if (at + length > end) return undefined;
    if (protocol === FRAGMENT_HEADER) fragment = readFragment(bytes, at);
    protocol = bytes[at] ?? 0;
    at += length;
  }
  const source = readV6(bytes, 8);
  return { source, destination: readV6(bytes, 24), protocol, payload: bytes.subarray(at, end), fragment };
}

/** 0 if `protocol` is no extension header (or the packet ends before its length). */
function extensionLength(bytes: Buffer, at: number, protocol: number): number {
  if (at + 2 > bytes.length) return 0;
  if (protocol === FRAGMENT_HEADER) return 8;
  if (OPTION_HEADERS.includes(protocol)) return ((bytes[at + 1] ?? 0) + 1) * 8;
  return protocol === AUTHENTICATION_HEADER ? ((bytes[at + 1] ?? 0) + 2) * 4 : 0;
}

function readFragment(bytes: Buffer, at: number): Fragment {
  const flags = bytes.readUInt16BE(at + 2);
  return { id: bytes.readUInt32BE(at + 4), offset: flags & 0xfff8, more: (flags & 1) !== 0 };
}

function readV6(bytes: Buffer, at: number): Address {
  return Address.v6(
    bytes.readUInt32BE(at),
    bytes.readUInt32BE(at + 4),
    bytes.readUInt32BE(at + 8),
    bytes.readUInt32BE(at + 12),
  );
}
