import { MAX_MESSAGE_BYTES } from '../sip/parse-sip.ts';

const CONTINUATION = 0;
const TEXT = 1;
const BINARY = 2;

/**
 * Cuts what one side of a WebSocket connection sends (RFC 6455 section 5, masked or not) into messages. SIP puts one
 * SIP message in each (RFC 7118).
 *
 * States: reading, and broken for good (`fault`): compressed, or longer than any SIP message.
 */
export class WebSocketFrames {
  #buffer: Buffer = Buffer.alloc(0);
  /** Frames of an unfinished message. */
  #parts: Buffer[] = [];
  #partBytes = 0;
  #fault: 'compressed' | 'too-long' | undefined;

  get fault(): 'compressed' | 'too-long' | undefined {
    return this.#fault;
  }

  push(chunk: Buffer): readonly Buffer[] {
    const messages: Buffer[] = [];
    if (this.#fault !== undefined) return messages;
    this.#buffer = this.#buffer.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#buffer, chunk]);
    let taken = this.#take(messages);
    while (taken > 0) {
      this.#buffer = this.#buffer.subarray(taken);
      taken = this.#take(messages);
    }
    return messages;
  }

  /** Reads the frame at the start of the buffer; its length, or 0 if it is not whole yet. */
  #take(messages: Buffer[]): number {
    const buffer = this.#buffer;
    const header = this.#fault === undefined ? readHeader(buffer) : undefined;
    if (header === undefined) return 0;
    const { opcode, start, length } = header;
    // RSV bits are an extension's, and the only one there is compresses (RFC 7692).
    if (header.reserved) this.#fault = 'compressed';
    else if (length + this.#partBytes > MAX_MESSAGE_BYTES) this.#fault = 'too-long';
    if (this.#fault !== undefined || buffer.length < start + length) return 0;
    const payload = Buffer.from(buffer.subarray(start, start + length));
    if (header.masked) unmask(payload, buffer.subarray(start - 4, start));
    this.#add(opcode, header.final, payload, messages);
    return start + length;
  }

  /** Control frames (opcodes from 8 on) may come between the frames of a message. */
  #add(opcode: number, final: boolean, payload: Buffer, messages: Buffer[]): void {
    if (opcode === TEXT || opcode === BINARY) {
      this.#parts = [];
      this.#partBytes = 0;
    } else if (opcode !== CONTINUATION) {
      return;
    }
    this.#parts.push(payload);
    this.#partBytes += payload.length;
    if (!final) return;
    messages.push(Buffer.concat(this.#parts));
    this.#parts = [];
    this.#partBytes = 0;
  }
}

interface FrameHeader {
  readonly opcode: number;
  readonly final: boolean;
  readonly reserved: boolean;
  readonly masked: boolean;
  /** Where the payload begins; the masking key is the 4 bytes before it. */
  readonly start: number;
  readonly length: number;
}

function readHeader(bytes: Buffer): FrameHeader | undefined {
  if (bytes.length < 2) return undefined;
  const [first = 0, second = 0] = bytes;
  const short = second & 127;
  const masked = (second & 128) !== 0;
  const lengthEnd = short < 126 ? 2 : short === 126 ? 4 : 10;
  const start = lengthEnd + (masked ? 4 : 0);
  if (bytes.length < start) return undefined;
  const long = () => (short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2)));
  const length = short < 126 ? short : long();
  return { opcode: first & 15, final: (first & 128) !== 0, reserved: (first & 0x70) !== 0, masked, start, length };
}

function unmask(payload: Buffer, key: Buffer): void {
  for (let i = 0; i < payload.length; i++) payload[i] = (payload[i] ?? 0) ^ (key[i & 3] ?? 0);
}
