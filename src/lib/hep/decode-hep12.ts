import { Address } from '../address.ts';
import { type HepFault, type HepPacket, hepTransport } from './hep-packet.ts';

const HEADER = 8;
/** Seconds, microseconds, agent and padding, as the agent's memory holds them. */
const TIME_HEADER = 12;
const AF_INET = 2;
/** Of Linux; other systems number IPv6 otherwise. */
const AF_INET6 = [10, 23, 24, 28, 30];

/** The length byte counts header and addresses, 8 and twice 4 or 16; FreeSWITCH counts the time of version 2, too. */
export function isHep12(bytes: Buffer): boolean {
  const [version = 0, length = 0] = bytes;
  if (bytes.length < HEADER || (version !== 1 && version !== 2)) return false;
  const isPlain = length === 16 || length === 40;
  return isPlain || (version === 2 && (length === 16 + TIME_HEADER || length === 40 + TIME_HEADER));
}

/** Versions 1 and 2: version, length, family, protocol, ports, addresses; version 2 then the time. All else is payload. */
export function decodeHep12(bytes: Buffer): HepPacket | HepFault {
  const [version = 0, length = 0, family = 0, protocol = 0] = bytes;
  const isV6 = AF_INET6.includes(family);
  const addressesEnd = isV6 ? 40 : 16;
  if ((!isV6 && family !== AF_INET) || (length !== addressesEnd && length !== addressesEnd + TIME_HEADER))
    return 'address';
  const start = addressesEnd + (version === 2 ? TIME_HEADER : 0);
  if (bytes.length < start) return 'truncated';
  return {
    at: version === 2 ? readTime(bytes, addressesEnd) : undefined,
    source: readAddress(bytes, HEADER, isV6),
    sourcePort: bytes.readUInt16BE(4),
    destination: readAddress(bytes, isV6 ? 24 : 12, isV6),
    destinationPort: bytes.readUInt16BE(6),
    transport: hepTransport(protocol),
    isSip: true,
    agent: version === 2 ? bytes.readUInt16LE(addressesEnd + 8) : -1,
    authKey: '',
    payload: bytes.subarray(start),
  };
}

/** In the agent's byte order, so in the one that makes a time of this century. */
function readTime(bytes: Buffer, at: number): number {
  const littleEndian = isPlausible(bytes.readUInt32LE(at)) && bytes.readUInt32LE(at + 4) < 1_000_000;
  const seconds = littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
  const microseconds = littleEndian ? bytes.readUInt32LE(at + 4) : bytes.readUInt32BE(at + 4);
  return seconds * 1000 + Math.min(999, Math.floor(microseconds / 1000));
}

function isPlausible(seconds: number): boolean {
  return seconds > 946_684_800 && seconds < 4_102_444_800;
}

export function readAddress(bytes: Buffer, at: number, isV6: boolean): Address {
  if (!isV6) return Address.v4(bytes.readUInt32BE(at));
  const word = (index: number) => bytes.readUInt32BE(at + 4 * index);
  return Address.v6(word(0), word(1), word(2), word(3));
}
