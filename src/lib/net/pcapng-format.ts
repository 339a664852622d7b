import type { CapturedFrame, CaptureFormat } from './captured-frame.ts';

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE = 1;
const PACKET = 2;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const OPTION_TIME_RESOLUTION = 9;
const OPTION_TIME_OFFSET = 14;
/** Interfaces remembered of a section. */
const MAX_INTERFACES = 1024;
/** Type and both lengths. */
const MIN_BLOCK = 12;

interface CapturingInterface {
  readonly linkType: number;
  /** Units of the time stamps in a second. */
  readonly unitsPerSecond: number;
  readonly offsetMs: number;
}

/** pcapng (draft-ietf-opsawg-pcapng): sections, which may differ in byte order, of blocks. */
export class PcapngFormat implements CaptureFormat {
  #littleEndian = true;
  #interfaces: CapturingInterface[] = [];

  static open(bytes: Buffer): PcapngFormat | undefined {
    return bytes.readUInt32LE(0) === SECTION_HEADER ? new PcapngFormat() : undefined;
  }

  blockLength(bytes: Buffer, at: number): number {
    if (at + MIN_BLOCK > bytes.length) return 0;
    if (bytes.readUInt32LE(at) === SECTION_HEADER) {
      this.#littleEndian = bytes.readUInt32LE(at + 8) === BYTE_ORDER_MAGIC;
      if (!this.#littleEndian && bytes.readUInt32BE(at + 8) !== BYTE_ORDER_MAGIC) return -1;
    }
    const length = this.#u32(bytes, at + 4);
    // Blocks are padded to 32 bits.
    return length < MIN_BLOCK ? -1 : (length + 3) & ~3;
  }

  read(block: Buffer): CapturedFrame | undefined {
    switch (this.#u32(block, 0)) {
      case SECTION_HEADER:
        this.#interfaces = [];
        return undefined;
      case INTERFACE:
        if (block.length >= 20 && this.#interfaces.length < MAX_INTERFACES)
          this.#interfaces.push(this.#interface(block));
        return undefined;
      case ENHANCED_PACKET:
        return block.length < 32 ? undefined : this.#packet(block, this.#u32(block, 8));
      case PACKET:
        return block.length < 32 ? undefined : this.#packet(block, this.#u32(block, 8) & 0xffff);
      case SIMPLE_PACKET:
        return block.length < 16 ? undefined : this.#simplePacket(block);
      default:
        return undefined;
    }
  }

  #packet(block: Buffer, interfaceId: number): CapturedFrame | undefined {
    const captured = this.#interfaces[interfaceId];
    const length = this.#u32(block, 20);
    if (captured === undefined || 28 + length > block.length) return undefined;
    const units = this.#u32(block, 12) * 0x100000000 + this.#u32(block, 16);
    const at = Math.floor((units / captured.unitsPerSecond) * 1000) + captured.offsetMs;
    return { at, linkType: captured.linkType, bytes: block.subarray(28, 28 + length) };
  }

  /** Has no time: the epoch, so that whoever reads it sees that there is none. */
  #simplePacket(block: Buffer): CapturedFrame | undefined {
    const captured = this.#interfaces[0];
    if (captured === undefined) return undefined;
    const length = Math.min(this.#u32(block, 8), block.length - 16);
    return { at: 0, linkType: captured.linkType, bytes: block.subarray(12, 12 + length) };
  }

  #interface(block: Buffer): CapturingInterface {
    let unitsPerSecond = 1_000_000;
    let offsetMs = 0;
    for (let at = 16; at + 4 <= block.length - 4; ) {
      const code = this.#u16(block, at);
      const length = this.#u16(block, at + 2);
      const value = block.subarray(at + 4, at + 4 + length);
      if (code === 0) break;
      if (code === OPTION_TIME_RESOLUTION && value.length === 1) unitsPerSecond = resolution(value.readUInt8());
      if (code === OPTION_TIME_OFFSET && value.length === 8) offsetMs = this.#seconds(value) * 1000;
      at += 4 + ((length + 3) & ~3);
    }
    return { linkType: this.#u16(block, 8), unitsPerSecond, offsetMs };
  }

  #seconds(value: Buffer): number {
    return Number(this.#littleEndian ? value.readBigInt64LE() : value.readBigInt64BE());
  }

  #u16(bytes: Buffer, at: number): number {
    return this.#littleEndian ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
  }

  #u32(bytes: Buffer, at: number): number {
    return this.#littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
  }
}

/** A power of ten, or of two if the top bit is set. */
function resolution(value: number): number {
  return value >= 128 ? 2 ** (value & 127) : 10 ** value;
}
