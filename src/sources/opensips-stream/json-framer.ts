/** More than the longest event: nine texts of 1024 bytes in base64. */
const MAX_MESSAGE_BYTES = 256 * 1024;
const QUOTE = 34;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;

/**
 * Cuts a stream of JSON objects, which event_stream sends one after the other with nothing between them, into objects.
 *
 * States: between objects, in one (`#depth` braces deep, perhaps in a string), and broken for good (`isBroken`): what
 * is between objects is no object, or one is longer than any event.
 */
export class JsonFramer {
  #rest: Buffer = Buffer.alloc(0);
  /** How much of the rest was looked at, and what was found. */
  #at = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #broken = false;

  get isBroken(): boolean {
    return this.#broken;
  }

  push(chunk: Buffer): readonly string[] {
    const objects: string[] = [];
    if (this.#broken) return objects;
    const bytes = Buffer.concat([this.#rest, chunk]);
    let start = 0;
    for (; this.#at < bytes.length && !this.#broken; this.#at++) {
      const byte = bytes[this.#at] ?? 0;
      if (this.#depth === 0 && byte !== OPEN) {
        if (!isBlank(byte)) this.#broken = true;
        start = this.#at + 1;
      } else if (this.#closes(byte)) {
        objects.push(bytes.toString('utf8', start, this.#at + 1));
        start = this.#at + 1;
      }
    }
    if (bytes.length - start > MAX_MESSAGE_BYTES) this.#broken = true;
    this.#rest = Buffer.from(this.#broken ? [] : bytes.subarray(start));
    this.#at -= start;
    return objects;
  }

  /** Takes one byte; true if it ends an object. */
  #closes(byte: number): boolean {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) this.#inString = false;
      return false;
    }
    if (byte === QUOTE) this.#inString = true;
    else if (byte === OPEN) this.#depth++;
    else if (byte === CLOSE) this.#depth--;
    return byte === CLOSE && this.#depth === 0;
  }
}

function isBlank(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}
