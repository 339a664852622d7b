import { type CapturedFrame, type CaptureFormat, MAX_BLOCK_BYTES } from './captured-frame.ts';
import { PcapFormat } from './pcap-format.ts';
import { PcapngFormat } from './pcapng-format.ts';

/** Enough to tell the formats apart. */
const MAGIC_BYTES = 12;

/**
 * Takes a capture file chunk by chunk (pcap or pcapng, either byte order) and gives its frames. Holds one block of the
 * file and one chunk, however large the file is.
 */
export class CaptureReader {
  #format: CaptureFormat | undefined;
  #rest: Buffer = Buffer.alloc(0);
  /** Bytes taken out of the file so far: where a complaint is about. */
  #offset = 0;

  /** Bytes that wait for the rest of their block; at the end of the file it was cut off there. */
  get pendingBytes(): number {
    return this.#rest.length;
  }

  /**
   * What the file holds up to here. Frames are views of the chunk: use them before the next `push`.
   * @throws if this is no capture, or a block makes no sense: the place, what was found and what is allowed
   */
  *push(chunk: Buffer): Generator<CapturedFrame, void, undefined> {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    if (this.#format === undefined && bytes.length >= MAGIC_BYTES) this.#format = chooseFormat(bytes);
    const format = this.#format;
    while (format !== undefined) {
      const length = format.blockLength(bytes, at);
      if (length < 0 || length > MAX_BLOCK_BYTES) {
        throw new Error(`byte ${this.#offset}: expected a block of at most ${MAX_BLOCK_BYTES} bytes, got ${length}`);
      }
      if (length === 0 || at + length > bytes.length) break;
      const frame = format.read(bytes.subarray(at, at + length));
      at += length;
      this.#offset += length;
      if (frame !== undefined) yield frame;
    }
    // A copy: the chunk is the reader's to overwrite.
    this.#rest = Buffer.from(bytes.subarray(at));
  }
}

function chooseFormat(bytes: Buffer): CaptureFormat {
  const format = PcapFormat.open(bytes) ?? PcapngFormat.open(bytes);
  if (format !== undefined) return format;
  throw new Error(`byte 0: expected a capture (pcap or pcapng), got ${bytes.toString('hex', 0, 4)}`);
}
