import type { CapturedFrame, CaptureFormat } from './captured-frame.ts';

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
/** Magic numbers as read in the writer's byte order: time in microseconds, in nanoseconds. */
const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;

/** The classic format of libpcap (draft-ietf-opsawg-pcap): a file header, then a record per frame. */
export class PcapFormat implements CaptureFormat {
  readonly #littleEndian: boolean;
  readonly #fractionsPerMs: number;
  #linkType = 0;
  #headerRead = false;

  private constructor(littleEndian: boolean, nanoseconds: boolean) {
    this.#littleEndian = littleEndian;
    this.#fractionsPerMs = nanoseconds ? 1_000_000 : 1000;
  }

  static open(bytes: Buffer): PcapFormat | undefined {
    for (const littleEndian of [true, false]) {
      const magic = littleEndian ? bytes.readUInt32LE(0) : bytes.readUInt32BE(0);
      if (magic !== MICROSECONDS && magic !== NANOSECONDS) continue;
      return new PcapFormat(littleEndian, magic === NANOSECONDS);
    }
    return undefined;
  }

  blockLength(bytes: Buffer, at: number): number {
    if (!this.#headerRead) return FILE_HEADER;
    return at + RECORD_HEADER > bytes.length ? 0 : RECORD_HEADER + this.#u32(bytes, at + 8);
  }

  read(block: Buffer): CapturedFrame | undefined {
    if (!this.#headerRead) return this.#readHeader(block);
    const at = this.#u32(block, 0) * 1000 + Math.floor(this.#u32(block, 4) / this.#fractionsPerMs);
    return { at, linkType: this.#linkType, bytes: block.subarray(RECORD_HEADER) };
  }

  #readHeader(block: Buffer): undefined {
    this.#headerRead = true;
    // The upper bits say how long a frame check sequence is.
    this.#linkType = this.#u32(block, 20) & 0x0fffffff;
  }

  #u32(bytes: Buffer, at: number): number {
    return this.#littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
  }
}
