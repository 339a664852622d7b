import { cutText } from '../../lib/byte-text.ts';

/** Longer lines are not split: no writer makes them, whose values are cut at 1024 bytes or characters. */
const MAX_LINE = 128 * 1024;
/** A UTF-16 unit takes at most 3 bytes in UTF-8; and those of a character begun. */
const BYTES_PER_UNIT = 3;
const SPARE_BYTES = 4;

const PERCENT = 37;
/** In front of base64. */
const EQUALS = 61;

const SEXTETS = digitTable('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', -1);
/** What is no digit is so far below zero that no sum with a digit is a byte. */
const NIBBLES = digitTable('0123456789abcdef', -1000, digitTable('0123456789ABCDEF', -1000));

export interface FieldsOptions {
  readonly count: number;
  /** Which of them are text, percent-encoded or in base64; the others are plain. */
  readonly isText: (field: number) => boolean;
  /** Texts are cut at so many UTF-16 units. */
  readonly maxUnits: number;
}

/**
 * The fields of one line at a time, cut apart and decoded in a single pass over its bytes: reading characters of a string
 * costs three times as much, and so does making a string of each text instead of one of all (bench/ingest.bench.ts).
 */
export class Fields {
  readonly #count: number;
  readonly #isText: readonly boolean[];
  readonly #maxUnits: number;
  readonly #maxBytes: number;
  readonly #bytes = Buffer.alloc(MAX_LINE + SPARE_BYTES);
  /** Where each field stands in the line. */
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  /** The decoded bytes of all texts, and where each stands in them. */
  readonly #decoded: Buffer;
  readonly #textStarts: Int32Array;
  readonly #textEnds: Int32Array;
  /** The union of the bytes of each text: 128 or more if it is not ASCII. */
  readonly #textBits: Int32Array;
  #decodedEnd = 0;
  /** All texts in one string, made when the first is asked for. */
  #texts: string | undefined;

  constructor(options: FieldsOptions) {
    const { count, isText, maxUnits } = options;
    this.#count = count;
    this.#isText = Array.from({ length: count }, (_, field) => isText(field));
    this.#maxUnits = maxUnits;
    this.#maxBytes = maxUnits * BYTES_PER_UNIT + SPARE_BYTES;
    this.#decoded = Buffer.alloc(count * (this.#maxBytes + SPARE_BYTES));
    [this.#starts, this.#ends] = [new Int32Array(count), new Int32Array(count)];
    [this.#textStarts, this.#textEnds] = [new Int32Array(count), new Int32Array(count)];
    this.#textBits = new Int32Array(count);
  }

  /**
   * Splits `line` from `from` on.
   * @returns how many fields there are, -1 if there are too many or the line is too long
   */
  split(line: string, from: number, separator: number): number {
    const length = line.length;
    if (length > MAX_LINE) return -1;
    this.#bytes.write(line, 'latin1');
    // So that no loop has to ask whether the line has ended.
    this.#bytes[length] = separator;
    this.#decodedEnd = 0;
    this.#texts = undefined;
    let at = from;
    let field = 0;
    for (; field < this.#count && at <= length; field++) {
      this.#starts[field] = at;
      at = this.#isText[field] === true ? this.#readText(field, at, separator) : this.#skip(at, separator);
      this.#ends[field] = at++;
    }
    for (let missing = field; missing < this.#count; missing++) this.#blank(missing, length);
    return at <= length ? -1 : field;
  }

  start(field: number): number {
    return this.#starts[field]!;
  }

  end(field: number): number {
    return this.#ends[field]!;
  }

  /** The decimal number of up to 12 digits in the field, `absent` if the field is empty, -1 if it holds something else. */
  number(field: number, absent: number): number {
    const bytes = this.#bytes;
    const [from, to] = [this.#starts[field]!, this.#ends[field]!];
    if (from === to) return absent;
    if (to - from > 12) return -1;
    let value = 0;
    for (let at = from; at < to; at++) {
      const digit = bytes[at]! - 48;
      if (digit < 0 || digit > 9) return -1;
      value = value * 10 + digit;
    }
    return value;
  }

  /** The decoded text of the field, as UTF-8. */
  text(field: number): string {
    const [from, to] = [this.#textStarts[field]!, this.#textEnds[field]!];
    if (from === to) return '';
    if (this.#textBits[field]! > 127) return cutText(this.#decoded.toString('utf8', from, to), this.#maxUnits);
    this.#texts ??= this.#decoded.toString('latin1', 0, this.#decodedEnd);
    return this.#texts.slice(from, Math.min(to, from + this.#maxUnits));
  }

  #blank(field: number, length: number): void {
    this.#starts[field] = length;
    this.#ends[field] = length;
    this.#textStarts[field] = 0;
    this.#textEnds[field] = 0;
  }

  #skip(from: number, separator: number): number {
    const bytes = this.#bytes;
    let at = from;
    while (bytes[at] !== separator) at++;
    return at;
  }

  /** Decodes the text at `from`. @returns the position of the separator after it */
  #readText(field: number, from: number, separator: number): number {
    this.#textStarts[field] = this.#decodedEnd;
    const end =
      this.#bytes[from] === EQUALS ? this.#readBase64(field, from + 1) : this.#readPercent(field, from, separator);
    this.#textEnds[field] = this.#decodedEnd;
    return this.#skip(end, separator);
  }

  /** @returns where it stopped: at the first character that is no base64 (`=<null>` has none), or at the limit */
  #readBase64(field: number, from: number): number {
    const bytes = this.#bytes;
    const decoded = this.#decoded;
    const limit = this.#decodedEnd + this.#maxBytes;
    let out = this.#decodedEnd;
    let bits = 0;
    let at = from;
    for (; out < limit; at += 4) {
      const a = SEXTETS[bytes[at]!]!;
      const b = SEXTETS[bytes[at + 1]!]!;
      const c = SEXTETS[bytes[at + 2]!]!;
      const d = SEXTETS[bytes[at + 3]!]!;
      if ((a | b) < 0) break;
      bits |= decoded[out++] = (a << 2) | (b >> 4);
      if (c < 0) break;
      bits |= decoded[out++] = ((b & 15) << 4) | (c >> 2);
      if (d < 0) break;
      bits |= decoded[out++] = ((c & 3) << 6) | d;
    }
    this.#decodedEnd = out;
    this.#textBits[field] = bits;
    return at;
  }

  /** @returns where it stopped: at the separator, or at the limit */
  #readPercent(field: number, from: number, separator: number): number {
    const bytes = this.#bytes;
    const decoded = this.#decoded;
    const limit = this.#decodedEnd + this.#maxBytes;
    let out = this.#decodedEnd;
    let bits = 0;
    let at = from;
    for (let byte = bytes[at]!; byte !== separator && out < limit; byte = bytes[++at]!) {
      if (byte === PERCENT) {
        const escaped = NIBBLES[bytes[at + 1]!]! * 16 + NIBBLES[bytes[at + 2]!]!;
        if (escaped >= 0) {
          byte = escaped;
          at += 2;
        }
      }
      decoded[out++] = byte;
      bits |= byte;
    }
    this.#decodedEnd = out;
    this.#textBits[field] = bits;
    return at;
  }
}

/** What each byte says as a digit, `none` (or as in `others`) if it is no digit. */
function digitTable(digits: string, none: number, others?: Int16Array): Int16Array {
  const table = Int16Array.from({ length: 256 }, (_, code) => others?.[code] ?? none);
  for (let value = 0; value < digits.length; value++) table[digits.charCodeAt(value)] = value;
  return table;
}
