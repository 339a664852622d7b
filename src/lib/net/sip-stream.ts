import { SipFramer } from '../sip/framer.ts';
import type { StreamReader } from './tcp-stream.ts';
import { WebSocketFrames } from './web-socket-frames.ts';

/** Longer headers of an HTTP request or reply are no upgrade to SIP. */
const MAX_HTTP_BYTES = 16 * 1024;

/** Takes the SIP messages that a stream holds. */
export type TakeMessage = (message: Buffer, transport: 'tcp' | 'ws') => void;

/**
 * Finds out what one side of a connection speaks, and takes the SIP messages out of it.
 *
 * States: unknown (each piece is looked at, none kept), SIP, HTTP (headers that may upgrade to WebSocket are kept),
 * WebSocket. A gap or a fault leads back to unknown, and the next piece that begins with a SIP message out of it again.
 */
export class SipStream implements StreamReader {
  readonly #take: TakeMessage;
  #sip: SipFramer | undefined;
  #webSocket: WebSocketFrames | undefined;
  #http: Buffer | undefined;

  constructor(take: TakeMessage) {
    this.#take = take;
  }

  gap(): void {
    this.#sip = undefined;
    this.#webSocket = undefined;
    this.#http = undefined;
  }

  data(bytes: Buffer): void {
    if (this.#webSocket !== undefined) this.#readWebSocket(this.#webSocket, bytes);
    else if (this.#http !== undefined) this.#readHttp(Buffer.concat([this.#http, bytes]));
    else if (this.#sip !== undefined) this.#readSip(this.#sip, bytes);
    else this.#begin(bytes);
  }

  #begin(bytes: Buffer): void {
    const start = bytes.toString('latin1', 0, 256);
    if (looksLikeSip(start)) {
      this.#sip = new SipFramer();
      this.#readSip(this.#sip, bytes);
    } else if (start.startsWith('GET ') || start.startsWith('HTTP/1.1 101')) {
      this.#readHttp(Buffer.from(bytes));
    }
  }

  #readSip(framer: SipFramer, bytes: Buffer): void {
    for (const frame of framer.push(bytes)) if (frame !== 'ping') this.#take(frame, 'tcp');
    if (framer.fault !== undefined) this.#sip = undefined;
  }

  #readHttp(bytes: Buffer): void {
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0) {
      this.#http = bytes.length > MAX_HTTP_BYTES ? undefined : bytes;
      return;
    }
    this.#http = undefined;
    if (!/^upgrade:[ \t]*websocket[ \t]*\r$/im.test(`${bytes.toString('latin1', 0, end)}\r`)) return;
    this.#webSocket = new WebSocketFrames();
    this.#readWebSocket(this.#webSocket, bytes.subarray(end + 4));
  }

  #readWebSocket(frames: WebSocketFrames, bytes: Buffer): void {
    for (const message of frames.push(bytes)) this.#take(message, 'ws');
    if (frames.fault !== undefined) this.#webSocket = undefined;
  }
}

/** A status line, or a method and a URI; keep-alives may come before. */
function looksLikeSip(start: string): boolean {
  return /^(?:\r?\n){0,8}(?:SIP\/2\.0 |[A-Z]{3,20} (?:sips?|tel):)/.test(start);
}
