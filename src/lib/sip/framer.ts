import { CR, LF, parseCount } from './characters.ts';
import { HeaderIndex } from './header-index.ts';
import { headerNumber } from './header-names.ts';
import { MAX_MESSAGE_BYTES } from './parse-sip.ts';

const CONTENT_LENGTH = headerNumber('content-length');

/** What came out of a stream: a message (parse it with `parseSip`), or a keep-alive that asks for one line end in return. */
export type Frame = Buffer | 'ping';

/**
 * Cuts a TCP stream into messages by Content-Length (RFC 3261 section 18.3); without one there is no body. Holds little
 * more than `MAX_MESSAGE_BYTES` and one chunk. Linear in the length of the stream, however it is chopped.
 *
 * States: reading (`fault` undefined), and broken for good (`fault` set): where the next message begins cannot be known,
 * so the connection has to be closed.
 */
export class SipFramer {
  #buffer: Buffer = Buffer.alloc(0);
  /** What is not yet taken is `[#start, #end)` of the buffer. */
  #start = 0;
  #end = 0;
  /** Before here there is no empty line. */
  #searched = 0;
  /** Length of the message at `#start`, 0 until its headers are complete. */
  #length = 0;
  #fault: 'too-long' | 'content-length' | undefined;

  /** Why the stream cannot be read on. */
  get fault(): 'too-long' | 'content-length' | undefined {
    return this.#fault;
  }

  /** Bytes that wait for the rest of their message. */
  get pendingBytes(): number {
    return this.#end - this.#start;
  }

  /** Takes what came and returns what is complete. A message that breaks the stream is returned as far as it came. */
  push(chunk: Uint8Array): readonly Frame[] {
    if (this.#fault !== undefined) return [];
    this.#append(chunk);
    const frames: Frame[] = [];
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) frames.push(frame);
    return frames;
  }

  /** Takes out what waits for the rest of its message: when the stream has ended. */
  rest(): Buffer {
    return this.#take(this.#end - this.#start);
  }

  #append(chunk: Uint8Array): void {
    if (this.#end + chunk.length > this.#buffer.length) {
      const pending = this.#end - this.#start;
      const grown = Buffer.alloc(Math.max(2 * pending, pending + chunk.length));
      this.#buffer.copy(grown, 0, this.#start, this.#end);
      this.#buffer = grown;
      this.#searched -= this.#start;
      this.#end = pending;
      this.#start = 0;
    }
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  #next(): Frame | undefined {
    if (this.#fault !== undefined) return undefined;
    if (this.#length === 0) {
      if (this.#skipLineEnds()) return 'ping';
      this.#readHeaders();
    }
    if (this.#fault !== undefined) return this.#take(this.#end - this.#start);
    return this.#length === 0 || this.#end - this.#start < this.#length ? undefined : this.#take(this.#length);
  }

  /** Line ends before a message count for nothing, but two in a row are a ping (RFC 5626 section 3.5.1). */
  #skipLineEnds(): boolean {
    let lineFeeds = 0;
    for (; this.#start < this.#end; this.#start++) {
      const byte = this.#buffer[this.#start];
      if (byte === LF) lineFeeds++;
      else if (byte !== CR) break;
    }
    this.#searched = Math.max(this.#searched, this.#start);
    return lineFeeds > 1;
  }

  #readHeaders(): void {
    const headersEnd = this.#findEmptyLine();
    // Asked before anything else, so that the fault does not depend on how the stream is chopped.
    if ((headersEnd < 0 ? this.#end : headersEnd) - this.#start > MAX_MESSAGE_BYTES) this.#fault = 'too-long';
    if (headersEnd < 0 || this.#fault !== undefined) return;
    const length = headersEnd - this.#start + this.#bodyLength(headersEnd);
    if (Number.isNaN(length)) this.#fault = 'content-length';
    else if (length > MAX_MESSAGE_BYTES) this.#fault = 'too-long';
    else this.#length = length;
  }

  /** NaN if Content-Length is no number, or said twice and differently. */
  #bodyLength(headersEnd: number): number {
    const head = this.#buffer.subarray(this.#start, headersEnd);
    const values = HeaderIndex.read(head, head.indexOf(LF) + 1).all(CONTENT_LENGTH);
    if (values.length === 0) return 0;
    const length = parseCount(values[0] ?? '', Number.MAX_SAFE_INTEGER);
    return length < 0 || values.some((value) => value !== values[0]) ? Number.NaN : length;
  }

  /** Past the next empty line, or -1. */
  #findEmptyLine(): number {
    const held = this.#buffer.subarray(0, this.#end);
    let lineFeed = held.indexOf(LF, this.#searched);
    while (lineFeed >= 0) {
      const next = held[lineFeed + 1] === CR ? lineFeed + 2 : lineFeed + 1;
      if (held[next] === LF) return next + 1;
      if (next >= this.#end) break;
      lineFeed = held.indexOf(LF, next);
    }
    this.#searched = lineFeed >= 0 ? lineFeed : this.#end;
    return -1;
  }

  #take(length: number): Buffer {
    const frame = Buffer.from(this.#buffer.subarray(this.#start, this.#start + length));
    this.#start += length;
    this.#searched = this.#start;
    this.#length = 0;
    return frame;
  }
}
