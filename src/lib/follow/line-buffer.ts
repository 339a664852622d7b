/** Whole lines, as they stood in the file. */
export interface Lines {
  /** Without their line ends, one character a byte (latin1). They are slices that keep the bytes read with them alive. */
  readonly lines: readonly string[];
  /** Lines left out because they were longer than allowed. */
  readonly tooLong: number;
  /** How many bytes of the file these lines took, and those left out. */
  readonly bytes: number;
}

export interface LineLimits {
  /** Longer lines are left out and counted. */
  readonly maxLineBytes: number;
  /** At most so many lines are taken at once. */
  readonly maxLines: number;
  /** Whether a line that starts with a blank or a tab belongs to the one before; unless told, it does. */
  readonly joinsFolded?: boolean;
}

const READ_BYTES = 256 * 1024;

/**
 * Cuts bytes into lines, in bounded memory whatever comes.
 *
 * A line that starts with a blank or a tab belongs to the one before: a folded SIP header (RFC 3261 section 7.3.1) that
 * is logged as it came has its line end in the middle of a message, and the first half must not pass for the whole.
 * Where the writer itself begins lines with a blank (`joinsFolded: false`), who reads them has to see to that.
 */
export class LineBuffer {
  readonly #limits: LineLimits;
  readonly #bytes: Buffer;
  /** Filled in and not yet taken are the bytes `[from, to)`. */
  #from = 0;
  #to = 0;
  /** The same as text, and how much of that was taken; undefined until it is needed. */
  #text: string | undefined;
  #taken = 0;
  /** Bytes already dropped of a line that is too long. */
  #dropped = 0;

  constructor(limits: LineLimits) {
    this.#limits = { ...limits };
    this.#bytes = Buffer.allocUnsafeSlow(limits.maxLineBytes + READ_BYTES);
  }

  /** Where to put what is read next. It is not empty if `take` had nothing left to give. */
  space(): Buffer {
    this.#bytes.copyWithin(0, this.#from, this.#to);
    this.#to -= this.#from;
    this.#from = 0;
    return this.#bytes.subarray(this.#to);
  }

  /** So many bytes were put into `space()`. */
  filled(bytes: number): void {
    this.#to += bytes;
    this.#text = undefined;
  }

  /** Bytes that are part of no line taken so far. */
  get pending(): number {
    return this.#dropped + this.#to - this.#from;
  }

  clear(): void {
    this.#from = 0;
    this.#to = 0;
    this.#text = undefined;
    this.#dropped = 0;
  }

  /**
   * The next whole lines, undefined if there are none.
   *
   * @param atEnd nothing more was there to read, so the last line is whole although it might have gone on
   */
  take(atEnd: boolean): Lines | undefined {
    const text = this.#asText();
    const start = this.#taken;
    const lines: string[] = [];
    let tooLong = 0;
    const dropped = this.#dropped;
    let from = start;
    while (lines.length < this.#limits.maxLines) {
      const end = this.#endOfLine(text, from, atEnd);
      if (end < 0) break;
      if (this.#dropped + end - from > this.#limits.maxLineBytes) tooLong++;
      else lines.push(text.slice(from, end));
      this.#dropped = 0;
      from = end + 1;
    }
    if (from === start) {
      this.#dropTooLong();
      return undefined;
    }
    this.#taken = from;
    this.#from += from - start;
    return { lines, tooLong, bytes: dropped + from - start };
  }

  #asText(): string {
    if (this.#text === undefined) {
      this.#text = this.#bytes.toString('latin1', this.#from, this.#to);
      this.#taken = 0;
    }
    return this.#text;
  }

  /** Called when all that is there is the beginning of one line. The last byte stays: it may be the line's end. */
  #dropTooLong(): void {
    const length = this.#to - this.#from - 1;
    if (this.#dropped + length <= this.#limits.maxLineBytes) return;
    this.#dropped += length;
    this.#from += length;
    this.#text = undefined;
  }

  /** Position of the line feed that ends the line at `from`, -1 if it is not there. */
  #endOfLine(text: string, from: number, atEnd: boolean): number {
    let end = text.indexOf('\n', from);
    if (this.#limits.joinsFolded === false) return end;
    for (; end >= 0; end = text.indexOf('\n', end + 1)) {
      if (end + 1 === text.length) return atEnd ? end : -1;
      const next = text.charCodeAt(end + 1);
      if (next !== 32 && next !== 9) return end;
    }
    return -1;
  }
}
