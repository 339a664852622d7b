/** HEP version 3 packets made by hand, for tests. */
import { Address } from '../address.ts';

export interface HepSketch {
  readonly from?: string;
  readonly to?: string;
  readonly fromPort?: number;
  readonly toPort?: number;
  readonly protocol?: number;
  readonly seconds?: number;
  readonly microseconds?: number;
  readonly payloadType?: number;
  readonly authKey?: string;
  readonly compressed?: boolean;
  /** More chunks, in front of the others. */
  readonly more?: readonly Buffer[];
}

export function chunk(type: number, value: Buffer, vendor = 0): Buffer {
  const head = Buffer.alloc(6);
  head.writeUInt16BE(vendor, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(6 + value.length, 4);
  return Buffer.concat([head, value]);
}

export function hep3(payload: Buffer | string, sketch: HepSketch = {}): Buffer {
  const { from = '192.0.2.7', to = '198.51.100.1', fromPort = 5071, toPort = 5060, protocol = 17 } = sketch;
  const { seconds = 1_784_116_800, microseconds = 250_000, payloadType = 1, authKey, compressed = false } = sketch;
  const v6 = from.includes(':') ? 2 : 0;
  const chunks = [
    ...(sketch.more ?? []),
    chunk(1, Buffer.from([v6 === 0 ? 2 : 10])),
    chunk(2, Buffer.from([protocol])),
    chunk(3 + v6, addressBytes(from)),
    chunk(4 + v6, addressBytes(to)),
    chunk(7, number(fromPort, 2)),
    chunk(8, number(toPort, 2)),
    chunk(9, number(seconds, 4)),
    chunk(10, number(microseconds, 4)),
    chunk(11, Buffer.from([payloadType])),
    chunk(12, number(2001, 4)),
    ...(authKey === undefined ? [] : [chunk(14, Buffer.from(authKey))]),
    chunk(compressed ? 16 : 15, Buffer.from(payload)),
  ];
  return wrap(Buffer.concat(chunks));
}

export function wrap(chunks: Buffer): Buffer {
  return Buffer.concat([Buffer.from('HEP3'), number(6 + chunks.length, 2), chunks]);
}

function number(value: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.writeUIntBE(value, 0, length);
  return bytes;
}

function addressBytes(text: string): Buffer {
  const address = Address.parse(text);
  if (address === undefined) throw new TypeError(`expected an address, got ${text}`);
  if (address.family === 4) return number(address.low, 4);
  const { high, low, hostHigh, hostLow } = address;
  return Buffer.concat([high, low, hostHigh, hostLow].map((word) => number(word, 4)));
}
