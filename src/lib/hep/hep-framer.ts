import { HEP3_HEADER, isHep3 } from './decode-hep3.ts';

/**
 * Cuts a TCP stream of HEP version 3 into packets by their length, which is at most 65,535. Holds one packet and one chunk.
 *
 * States: reading, and broken for good (`isBroken`): where the next packet begins cannot be known.
 */
export class HepFramer {
  #rest: Buffer = Buffer.alloc(0);
  #broken = false;

  get isBroken(): boolean {
    return this.#broken;
  }

  push(chunk: Buffer): readonly Buffer[] {
    if (this.#broken) return [];
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const packets: Buffer[] = [];
    let at = 0;
    while (at + HEP3_HEADER <= bytes.length) {
      const length = bytes.readUInt16BE(at + 4);
      if (!isHep3(bytes.subarray(at)) || length < HEP3_HEADER) {
        this.#broken = true;
        break;
      }
      if (at + length > bytes.length) break;
      packets.push(bytes.subarray(at, at + length));
      at += length;
    }
    this.#rest = this.#broken ? Buffer.alloc(0) : Buffer.from(bytes.subarray(at));
    return packets;
  }
}
