import { unzipSync } from 'node:zlib';
import type { Address } from '../address.ts';
import { MAX_MESSAGE_BYTES } from '../sip/parse-sip.ts';
import { readAddress } from './decode-hep12.ts';
import { type HepFault, type HepPacket, type HepTransport, hepTransport } from './hep-packet.ts';

/** Magic and total length. */
export const HEP3_HEADER = 6;
const MAGIC = 0x48455033;
/** Vendor, type, length (of itself, too). */
const CHUNK_HEADER = 6;
const SIP = 1;

/** Types of the generic vendor's chunks that are used, with the only length they can have (0: any). */
const PROTOCOL = 2;
const SOURCE_V4 = 3;
const DESTINATION_V4 = 4;
const SOURCE_V6 = 5;
const DESTINATION_V6 = 6;
const SOURCE_PORT = 7;
const DESTINATION_PORT = 8;
const SECONDS = 9;
const MICROSECONDS = 10;
const PAYLOAD_TYPE = 11;
const AGENT = 12;
const AUTH_KEY = 14;
const PAYLOAD = 15;
const COMPRESSED_PAYLOAD = 16;
const LENGTHS: Readonly<Record<number, number>> = {
  [PROTOCOL]: 1,
  [SOURCE_V4]: 4,
  [DESTINATION_V4]: 4,
  [SOURCE_V6]: 16,
  [DESTINATION_V6]: 16,
  [SOURCE_PORT]: 2,
  [DESTINATION_PORT]: 2,
  [SECONDS]: 4,
  [MICROSECONDS]: 4,
  [PAYLOAD_TYPE]: 1,
  [AGENT]: 4,
};

const NOTHING = Buffer.alloc(0);

export function isHep3(bytes: Buffer): boolean {
  return bytes.length >= 4 && bytes.readUInt32BE(0) === MAGIC;
}

/** What the chunks of a packet said. */
interface Chunks {
  source: Address | undefined;
  destination: Address | undefined;
  sourcePort: number;
  destinationPort: number;
  transport: HepTransport;
  seconds: number;
  microseconds: number;
  payloadType: number;
  agent: number;
  authKey: string;
  payload: Buffer;
  compressed: Buffer | undefined;
}

/** Version 3: `HEP3`, the total length, then chunks in any order. Chunks of other vendors and unknown types are skipped. */
export function decodeHep3(bytes: Buffer): HepPacket | HepFault {
  const length = bytes.length < HEP3_HEADER ? 0 : bytes.readUInt16BE(4);
  if (length < HEP3_HEADER || length > bytes.length) return 'truncated';
  const chunks = emptyChunks();
  for (let at = HEP3_HEADER; at < length; ) {
    const chunkLength = at + CHUNK_HEADER > length ? 0 : bytes.readUInt16BE(at + 4);
    if (chunkLength < CHUNK_HEADER || at + chunkLength > length) return 'chunk';
    const isGeneric = bytes.readUInt16BE(at) === 0;
    const end = at + chunkLength;
    if (isGeneric && !readChunk(chunks, bytes.readUInt16BE(at + 2), bytes, at + CHUNK_HEADER, end)) return 'chunk';
    at = end;
  }
  return toPacket(chunks);
}

function emptyChunks(): Chunks {
  return {
    source: undefined,
    destination: undefined,
    sourcePort: 0,
    destinationPort: 0,
    transport: 'unknown',
    seconds: -1,
    microseconds: 0,
    payloadType: 0,
    agent: -1,
    authKey: '',
    payload: NOTHING,
    compressed: undefined,
  };
}

/** False if the value, `[from, to)` of the packet, cannot be one of this type. Numbers are read in place, without a view. */
function readChunk(chunks: Chunks, type: number, bytes: Buffer, from: number, to: number): boolean {
  const length = LENGTHS[type];
  if (length !== undefined && length !== to - from) return false;
  switch (type) {
    case PROTOCOL:
      chunks.transport = hepTransport(bytes.readUInt8(from));
      break;
    case SOURCE_V4:
    case SOURCE_V6:
      chunks.source = readAddress(bytes, from, type === SOURCE_V6);
      break;
    case DESTINATION_V4:
    case DESTINATION_V6:
      chunks.destination = readAddress(bytes, from, type === DESTINATION_V6);
      break;
    case SOURCE_PORT:
      chunks.sourcePort = bytes.readUInt16BE(from);
      break;
    case DESTINATION_PORT:
      chunks.destinationPort = bytes.readUInt16BE(from);
      break;
    default:
      readOther(chunks, type, bytes, from, to);
  }
  return true;
}

function readOther(chunks: Chunks, type: number, bytes: Buffer, from: number, to: number): void {
  switch (type) {
    case SECONDS:
      chunks.seconds = bytes.readUInt32BE(from);
      break;
    case MICROSECONDS:
      chunks.microseconds = bytes.readUInt32BE(from);
      break;
    case PAYLOAD_TYPE:
      chunks.payloadType = bytes.readUInt8(from);
      break;
    case AGENT:
      chunks.agent = bytes.readUInt32BE(from);
      break;
    case AUTH_KEY:
      chunks.authKey = bytes.toString('latin1', from, to);
      break;
    case PAYLOAD:
      chunks.payload = bytes.subarray(from, to);
      break;
    case COMPRESSED_PAYLOAD:
      chunks.compressed = bytes.subarray(from, to);
      break;
    default:
  }
}

function toPacket(chunks: Chunks): HepPacket | HepFault {
  const { source, destination, seconds } = chunks;
  if (source === undefined || destination === undefined) return 'address';
  const isSip = chunks.payloadType === SIP;
  const payload = isSip && chunks.compressed !== undefined ? decompress(chunks.compressed) : chunks.payload;
  if (payload === undefined) return 'compressed';
  return {
    at: seconds < 0 ? undefined : seconds * 1000 + Math.min(999, Math.floor(chunks.microseconds / 1000)),
    source,
    sourcePort: chunks.sourcePort,
    destination,
    destinationPort: chunks.destinationPort,
    transport: chunks.transport,
    isSip,
    agent: chunks.agent,
    authKey: chunks.authKey,
    payload,
  };
}

/**
 * zlib or gzip, whichever the agent uses; a small chunk that would grow beyond any SIP message is an attack. Undefined for
 * that and for what is neither: the packet is then counted as not understood.
 */
function decompress(bytes: Buffer): Buffer | undefined {
  try {
    return unzipSync(bytes, { maxOutputLength: MAX_MESSAGE_BYTES });
  } catch {
    return undefined;
  }
}
