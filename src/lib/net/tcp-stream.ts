import type { TcpSegment } from './transport.ts';

/** Bytes kept that came ahead of a missing segment, and in how many pieces. */
const MAX_AHEAD_BYTES = 256 * 1024;
const MAX_AHEAD = 256;

/** Who reads what one side of a connection sends. */
export interface StreamReader {
  data(bytes: Buffer): void;
  /** Bytes are missing here: the capture lost them. */
  gap(): void;
}

/**
 * One direction of a TCP connection, put in order. Begins at the SYN, or anywhere if the capture begins later. What is
 * missing for long is given up.
 *
 * States: not begun (`#next` undefined), in order (`#ahead` empty), waiting for a missing segment.
 */
export class TcpStream {
  readonly #reader: StreamReader;
  /** The sequence number expected next. */
  #next: number | undefined;
  readonly #ahead = new Map<number, Buffer>();
  #aheadBytes = 0;

  constructor(reader: StreamReader) {
    this.#reader = reader;
  }

  add(segment: TcpSegment): void {
    if (segment.syn) this.#begin((segment.sequence + 1) >>> 0);
    if (segment.payload.length === 0) return;
    const at = segment.syn ? (segment.sequence + 1) >>> 0 : segment.sequence;
    this.#next ??= at;
    if (!this.#deliver(at, segment.payload)) this.#keep(at, segment.payload);
    this.#drain();
  }

  #begin(next: number): void {
    // The SYN again, or a new connection between the same ports.
    if (this.#next === next) return;
    if (this.#next !== undefined) this.#reader.gap();
    this.#next = next;
    this.#ahead.clear();
    this.#aheadBytes = 0;
  }

  /** False if bytes before these are missing. */
  #deliver(at: number, bytes: Buffer): boolean {
    const next = this.#next ?? at;
    // Sequence numbers wrap around (RFC 9293 section 3.4).
    const seen = (next - at) | 0;
    if (seen < 0) return false;
    if (seen < bytes.length) {
      this.#next = (at + bytes.length) >>> 0;
      this.#reader.data(bytes.subarray(seen));
    }
    return true;
  }

  #keep(at: number, bytes: Buffer): void {
    if (this.#ahead.has(at)) return;
    // A copy: the segment is a view of the frame.
    this.#ahead.set(at, Buffer.from(bytes));
    this.#aheadBytes += bytes.length;
    if (this.#aheadBytes <= MAX_AHEAD_BYTES && this.#ahead.size <= MAX_AHEAD) return;
    this.#reader.gap();
    this.#next = this.#first();
  }

  #drain(): void {
    while (this.#ahead.size > 0) {
      const at = this.#first();
      const bytes = this.#ahead.get(at);
      if (bytes === undefined || !this.#deliver(at, bytes)) return;
      this.#ahead.delete(at);
      this.#aheadBytes -= bytes.length;
    }
  }

  /** Of the kept pieces, where the first one begins. */
  #first(): number {
    const next = this.#next ?? 0;
    let first = next;
    let distance = Number.POSITIVE_INFINITY;
    for (const at of this.#ahead.keys()) {
      const ahead = (at - next) | 0;
      if (ahead < distance) {
        distance = ahead;
        first = at;
      }
    }
    return first;
  }
}
