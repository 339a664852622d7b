import { decodeText, decodeUtf8, excerpt } from '../text.ts';
import { COLON, CR, findLineEnd, isBlank, isToken, LF } from './characters.ts';
import { lookUpHeader, UNKNOWN_HEADER } from './header-names.ts';

/** More header lines than this are no honest message. */
export const MAX_HEADERS = 256;

/** Numbers kept of each header line: its header's number (with `FOLDED`), and where its value begins and ends. */
const STRIDE = 3;
const FOLDED = 0x100;
const NUMBER = 0xff;

/** Where each header line of a message is. Nothing is decoded until it is asked for. */
export class HeaderIndex {
  readonly #bytes: Buffer;
  readonly #lines: readonly number[];
  /** Where the body begins; the end of the message if there is no empty line. */
  readonly bodyStart: number;
  readonly fault: 'header-line' | 'too-many-headers' | undefined;

  private constructor(bytes: Buffer, lines: readonly number[], bodyStart: number, fault: HeaderIndex['fault']) {
    this.#bytes = bytes;
    this.#lines = lines;
    this.bodyStart = bodyStart;
    this.fault = fault;
  }

  /** Reads header lines from `from` to the empty line. A line that is none is passed over and makes the `fault`. */
  static read(bytes: Buffer, from: number): HeaderIndex {
    const lines: number[] = [];
    let fault: HeaderIndex['fault'];
    let at = from;
    const length = bytes.length;
    while (at < length) {
      const body = afterLineEnd(bytes, at);
      if (body > 0) return new HeaderIndex(bytes, lines, body, fault);
      if (lines.length >= MAX_HEADERS * STRIDE) return new HeaderIndex(bytes, lines, bytes.length, 'too-many-headers');
      const colon = findColon(bytes, at);
      if (colon < 0) fault = 'header-line';
      at = readLine(bytes, at, colon, lines);
    }
    return new HeaderIndex(bytes, lines, bytes.length, fault);
  }

  /** How many lines of this header there are. */
  count(header: number): number {
    let count = 0;
    for (let i = 0; i < this.#lines.length; i += STRIDE) if (((this.#lines[i] as number) & NUMBER) === header) count++;
    return count;
  }

  /** Value of the first line of this header at its full length, or undefined. */
  first(header: number): string | undefined {
    const line = this.#find(header);
    return line < 0 ? undefined : this.#value(line);
  }

  /** As `first`, at most `MAX_TEXT` long. */
  firstText(header: number): string | undefined {
    const line = this.#find(header);
    if (line < 0) return undefined;
    if (!this.#isFolded(line)) {
      return decodeText(this.#bytes, this.#lines[line + 1] as number, this.#lines[line + 2] as number);
    }
    const text = this.#value(line);
    return excerpt(text, 0, text.length);
  }

  /** Values of all lines of this header, in order. */
  all(header: number): string[] {
    const values: string[] = [];
    for (let i = 0; i < this.#lines.length; i += STRIDE)
      if (((this.#lines[i] as number) & NUMBER) === header) values.push(this.#value(i));
    return values;
  }

  /** As `all`, one character a byte (latin1). */
  allRaw(header: number): string[] {
    const values: string[] = [];
    for (let i = 0; i < this.#lines.length; i += STRIDE) {
      if (((this.#lines[i] as number) & NUMBER) !== header) continue;
      const [from, to] = [this.#lines[i + 1], this.#lines[i + 2]];
      values.push(this.#unfold(i, this.#bytes.toString('latin1', from, to)));
    }
    return values;
  }

  /** Value of the first line of a header the index has no number for. `name` in lower case. */
  named(name: string): string | undefined {
    for (let i = 0; i < this.#lines.length; i += STRIDE) {
      if (((this.#lines[i] as number) & NUMBER) === UNKNOWN_HEADER && this.#nameOf(i) === name) return this.#value(i);
    }
    return undefined;
  }

  #find(header: number): number {
    const lines = this.#lines;
    for (let i = 0; i < lines.length; i += STRIDE) if (((lines[i] as number) & NUMBER) === header) return i;
    return -1;
  }

  #isFolded(line: number): boolean {
    return (this.#lines[line] as number) >= FOLDED;
  }

  /** Lower case. It stands before the value, the colon and any blanks. */
  #nameOf(line: number): string {
    let end = (this.#lines[line + 1] as number) - 1;
    while (!isToken(this.#bytes[end - 1] as number)) end--;
    let start = end;
    while (start > 0 && isToken(this.#bytes[start - 1] as number)) start--;
    return this.#bytes.toString('latin1', start, end).toLowerCase();
  }

  #value(line: number): string {
    const [from, to] = [this.#lines[line + 1] as number, this.#lines[line + 2] as number];
    return this.#unfold(line, decodeUtf8(this.#bytes, from, to));
  }

  /** A folded line counts as one, each fold as a blank (RFC 3261 section 7.3.1). */
  #unfold(line: number, text: string): string {
    return this.#isFolded(line) ? text.replace(/\r?\n[ \t]+/g, ' ').trim() : text;
  }
}

/** Past the line end at `at`, or -1 if there is none. */
function afterLineEnd(bytes: Buffer, at: number): number {
  if (bytes[at] === LF) return at + 1;
  return bytes[at] === CR && bytes[at + 1] === LF ? at + 2 : -1;
}

/** The colon after the header name at `at` (blanks may stand before it), or -1. */
function findColon(bytes: Buffer, at: number): number {
  let i = at;
  while (isToken(bytes[i] as number)) i++;
  if (i === at) return -1;
  while (isBlank(bytes[i] as number)) i++;
  return bytes[i] === COLON ? i : -1;
}

/** Notes the line at `start` (if it has a colon) and returns where the next one begins. */
function readLine(bytes: Buffer, start: number, colon: number, lines: number[]): number {
  let folds = 0;
  let end = findLineEnd(bytes, colon < 0 ? start : colon);
  while (isBlank(bytes[end + 1] as number)) {
    folds = FOLDED;
    end = findLineEnd(bytes, end + 1);
  }
  if (colon < 0) return end + 1;
  let nameEnd = colon;
  while (isBlank(bytes[nameEnd - 1] as number)) nameEnd--;
  let from = colon + 1;
  while (from < end && isBlank(bytes[from] as number)) from++;
  let to = Math.min(end, bytes.length);
  while (to > from && (bytes[to - 1] === CR || isBlank(bytes[to - 1] as number))) to--;
  lines.push(lookUpHeader(bytes, start, nameEnd) | folds, from, to);
  return end + 1;
}
