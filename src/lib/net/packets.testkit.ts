/** Packets and capture files made by hand, for tests. */
import { Address } from '../address.ts';

export interface Sketch {
  readonly from?: string;
  readonly to?: string;
  readonly fromPort?: number;
  readonly toPort?: number;
}

export function udp(payload: Buffer | string, { fromPort = 5060, toPort = 5060 }: Sketch = {}): Buffer {
  const data = Buffer.from(payload);
  return Buffer.concat([u16(fromPort), u16(toPort), u16(8 + data.length), u16(0), data]);
}

export interface TcpSketch extends Sketch {
  readonly sequence?: number;
  readonly flags?: number;
}

export const SYN = 2;
export const FIN = 1;

export function tcp(payload: Buffer | string, { fromPort = 5060, toPort = 5060, sequence = 0, flags = 16 }: TcpSketch) {
  const offsetAndFlags = Buffer.from([5 << 4, flags]);
  const head = [u16(fromPort), u16(toPort), u32(sequence), u32(0), offsetAndFlags, u16(1000), u16(0), u16(0)];
  return Buffer.concat([...head, Buffer.from(payload)]);
}

export interface IpSketch extends Sketch {
  readonly protocol?: number;
  readonly id?: number;
  readonly offset?: number;
  readonly more?: boolean;
}

export function ipv4(payload: Buffer, sketch: IpSketch = {}): Buffer {
  const { from = '192.0.2.7', to = '192.0.2.1', protocol = 17, id = 1, offset = 0, more = false } = sketch;
  const flags = (more ? 0x2000 : 0) | (offset / 8);
  const head = [Buffer.from([0x45, 0]), u16(20 + payload.length), u16(id), u16(flags), Buffer.from([64, protocol])];
  return Buffer.concat([...head, u16(0), u32(address(from).low), u32(address(to).low), payload]);
}

export function ipv6(payload: Buffer, sketch: IpSketch = {}): Buffer {
  const { from = '2001:db8::7', to = '2001:db8::1', protocol = 17 } = sketch;
  const head = [u32(0x60000000), u16(payload.length), Buffer.from([protocol, 64])];
  return Buffer.concat([...head, words(address(from)), words(address(to)), payload]);
}

/** What an IPv6 fragment header and the part behind it look like. */
export function ipv6Fragment(part: Buffer, { protocol = 17, id = 1, offset = 0, more = false }: IpSketch): Buffer {
  return Buffer.concat([Buffer.from([protocol, 0]), u16(offset | (more ? 1 : 0)), u32(id), part]);
}

/** @param tags VLAN tags, outermost first */
export function ethernet(packet: Buffer, tags: readonly number[] = []): Buffer {
  const type = (packet[0] ?? 0) >> 4 === 6 ? 0x86dd : 0x0800;
  return Buffer.concat([Buffer.alloc(12), ...tags.flatMap((tag) => [u16(tag), u16(7)]), u16(type), packet]);
}

export interface FrameSketch {
  readonly at: number;
  readonly bytes: Buffer;
}

export interface FileSketch {
  readonly littleEndian?: boolean;
  readonly linkType?: number;
  /** Digits of the fraction of a second: 6, or 9. */
  readonly digits?: number;
}

export function pcapFile(frames: readonly FrameSketch[], sketch: FileSketch = {}): Buffer {
  const { littleEndian = true, linkType = 1, digits = 6 } = sketch;
  const w32 = (value: number) => u32(value, littleEndian);
  const w16 = (value: number) => u16(value, littleEndian);
  const magic = digits === 9 ? 0xa1b23c4d : 0xa1b2c3d4;
  const head = [w32(magic), w16(2), w16(4), w32(0), w32(0), w32(65535), w32(linkType)];
  const records = frames.map(({ at, bytes }) => {
    const fraction = Math.round((at % 1000) * 10 ** (digits - 3));
    return Buffer.concat([w32(Math.floor(at / 1000)), w32(fraction), w32(bytes.length), w32(bytes.length), bytes]);
  });
  return Buffer.concat([...head, ...records]);
}

export function pcapngFile(frames: readonly FrameSketch[], sketch: FileSketch = {}): Buffer {
  const { littleEndian = true, linkType = 1, digits = 6 } = sketch;
  const w32 = (value: number) => u32(value, littleEndian);
  const w16 = (value: number) => u16(value, littleEndian);
  const block = (type: number, body: Buffer) => {
    const padded = Buffer.concat([body, Buffer.alloc(-body.length & 3)]);
    return Buffer.concat([w32(type), w32(padded.length + 12), padded, w32(padded.length + 12)]);
  };
  const section = Buffer.concat([w32(0x1a2b3c4d), w16(1), w16(0), w32(0xffffffff), w32(0xffffffff)]);
  const resolution = Buffer.concat([w16(9), w16(1), Buffer.from([digits, 0, 0, 0]), w32(0)]);
  const captured = Buffer.concat([w16(linkType), w16(0), w32(0), resolution]);
  const packets = frames.map(({ at, bytes }) => {
    const units = BigInt(Math.round(at)) * 10n ** BigInt(digits - 3);
    const lengths = [w32(bytes.length), w32(bytes.length)];
    return block(
      6,
      Buffer.concat([w32(0), w32(Number(units >> 32n)), w32(Number(units & 0xffffffffn)), ...lengths, bytes]),
    );
  });
  return Buffer.concat([block(0x0a0d0d0a, section), block(1, captured), ...packets]);
}

export function address(text: string): Address {
  const parsed = Address.parse(text);
  if (parsed === undefined) throw new TypeError(`expected an address, got ${text}`);
  return parsed;
}

function words({ high, low, hostHigh, hostLow }: Address): Buffer {
  return Buffer.concat([u32(high), u32(low), u32(hostHigh), u32(hostLow)]);
}

function u16(value: number, littleEndian = false): Buffer {
  const bytes = Buffer.alloc(2);
  if (littleEndian) bytes.writeUInt16LE(value);
  else bytes.writeUInt16BE(value);
  return bytes;
}

function u32(value: number, littleEndian = false): Buffer {
  const bytes = Buffer.alloc(4);
  if (littleEndian) bytes.writeUInt32LE(value >>> 0);
  else bytes.writeUInt32BE(value >>> 0);
  return bytes;
}
