/** Writes small MMDB files (format version 2.0), as the makers of geographic data do. */
import { Network } from '../../src/lib/network.ts';

export type MmdbValue = string | number | { readonly [key: string]: MmdbValue };

const UINT32 = 6;
const UINT64 = 9;
const TEXT = 2;
const DOUBLE = 3;
const MAP = 7;
const ARRAY = 11;

/** @param records what the file says of each network, in text form */
export function mmdbFile(records: Readonly<Record<string, MmdbValue>>): Buffer {
  const data: Buffer[] = [];
  let dataBytes = 0;
  const nodes: [number, number][] = [[0, 0]];
  // While it is being built: 0 nothing, n > 0 the node n, n < 0 the data at -n - 1.
  for (const [text, value] of Object.entries(records)) {
    const bits = bitsOf(text);
    let node = 0;
    for (const bit of bits.slice(0, -1)) {
      const side = nodes[node] as [number, number];
      if (side[bit] <= 0) side[bit] = nodes.push([0, 0]) - 1;
      node = side[bit];
    }
    (nodes[node] as [number, number])[bits.at(-1) as 0 | 1] = -dataBytes - 1;
    const written = encode(value);
    data.push(written);
    dataBytes += written.length;
  }
  const tree = Buffer.alloc(nodes.length * 8);
  const pointer = (side: number) => (side > 0 ? side : nodes.length + (side === 0 ? 0 : 16 - side - 1));
  for (const [i, [left, right]] of nodes.entries()) {
    tree.writeUInt32BE(pointer(left), i * 8);
    tree.writeUInt32BE(pointer(right), i * 8 + 4);
  }
  const marker = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
  return Buffer.concat([tree, Buffer.alloc(16), ...data, marker, metadata(nodes.length)]);
}

/** From the top of an IPv6 tree; IPv4 stands under ::/96. */
function bitsOf(text: string): (0 | 1)[] {
  const network = Network.parse(text);
  if (network === undefined) throw new TypeError(`${text}: expected a network`);
  const { family, high, low, hostHigh, hostLow } = network.base;
  const words = family === 4 ? [0, 0, 0, low] : [high, low, hostHigh, hostLow];
  const length = family === 4 ? 96 + network.length : network.length;
  return Array.from({ length }, (_, i) => (((words[i >>> 5] ?? 0) >>> (31 - (i & 31))) & 1) as 0 | 1);
}

function metadata(nodeCount: number): Buffer {
  const entries: [string, Buffer][] = [
    ['binary_format_major_version', encode(2)],
    ['binary_format_minor_version', encode(0)],
    ['build_epoch', Buffer.concat([control(UINT64, 8), bytes64(1_760_000_000)])],
    ['database_type', encode('test')],
    ['description', control(MAP, 0)],
    ['ip_version', encode(6)],
    ['languages', control(ARRAY, 0)],
    ['node_count', encode(nodeCount)],
    ['record_size', encode(32)],
  ];
  return Buffer.concat([control(MAP, entries.length), ...entries.flatMap(([key, value]) => [encode(key), value])]);
}

function encode(value: MmdbValue): Buffer {
  if (typeof value === 'string') {
    const text = Buffer.from(value);
    return Buffer.concat([control(TEXT, text.length), text]);
  }
  if (typeof value === 'number') {
    const number = Buffer.alloc(Number.isInteger(value) && value >= 0 ? 4 : 8);
    if (number.length === 4) number.writeUInt32BE(value);
    else number.writeDoubleBE(value);
    return Buffer.concat([control(number.length === 4 ? UINT32 : DOUBLE, number.length), number]);
  }
  const entries = Object.entries(value);
  return Buffer.concat([control(MAP, entries.length), ...entries.flatMap(([key, one]) => [encode(key), encode(one)])]);
}

/** The byte before a value: its type and size, in two or three bytes where they need them. */
function control(type: number, size: number): Buffer {
  const [short, rest] = size < 29 ? [size, []] : [29, [size - 29]];
  return Buffer.from(type < 8 ? [(type << 5) | short, ...rest] : [short, type - 7, ...rest]);
}

function bytes64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}
