/**
 * Network numbers from the CSV files of ip-location-db: `first,last,number,name` a line, sorted, ranges that do not
 * overlap. Held in flat arrays: half a million ranges take 10 MB, and a look-up is a binary search.
 */
import { Address, parseV4 } from '../../lib/address.ts';
import type { NetworkNumber } from '../../pipeline/intel.ts';
import { plainName } from './records.ts';

/** IPv6 is looked up by /48, the smallest prefix that is routed: 48 bits are exact in a double. */
function keyOf({ family, high, low }: Address): number {
  return family === 4 ? low : high * 0x10000 + (low >>> 16);
}

const COLON = 58;
const ZERO = 48;
const NINE = 57;
const LETTER_A = 97;

class Ranges {
  readonly #first: Float64Array;
  readonly #last: Float64Array;
  readonly #owners: Uint32Array;
  #size = 0;

  constructor(lines: number) {
    this.#first = new Float64Array(lines);
    this.#last = new Float64Array(lines);
    this.#owners = new Uint32Array(lines);
  }

  /** In ascending order only: false if it was not. */
  add(first: number, last: number, owner: number): boolean {
    if (last < first || (this.#size > 0 && first < (this.#first[this.#size - 1] ?? 0))) return false;
    this.#first[this.#size] = first;
    this.#last[this.#size] = last;
    this.#owners[this.#size++] = owner;
    return true;
  }

  /** 0 if it lies in none. */
  find(key: number): number {
    let from = 0;
    let to = this.#size;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.#first[middle] ?? 0) <= key) from = middle + 1;
      else to = middle;
    }
    return from > 0 && key <= (this.#last[from - 1] ?? 0) ? (this.#owners[from - 1] ?? 0) : 0;
  }
}

export class AsnRanges {
  readonly #v4: Ranges;
  readonly #v6: Ranges;
  /** Each number once; the ranges say which by its place here. The first is nobody's. */
  readonly #owners: (NetworkNumber | undefined)[] = [undefined];

  /** When their maker wrote them, ms since the epoch. */
  readonly builtAt: number | undefined;

  /** @throws if a text is not of the form, with the line */
  constructor(v4: string, v6: string, builtAt?: number) {
    this.builtAt = builtAt;
    const places = new Map<number, number>();
    this.#v4 = this.#read(v4, parseV4, places);
    this.#v6 = this.#read(v6, parseV6Key, places);
  }

  find(address: Address): NetworkNumber | undefined {
    return this.#owners[(address.family === 4 ? this.#v4 : this.#v6).find(keyOf(address))];
  }

  #read(text: string, parse: ParseKey, places: Map<number, number>): Ranges {
    const ranges = new Ranges(countLines(text));
    let line = 0;
    for (let at = 0; at < text.length; ) {
      const newline = text.indexOf('\n', at);
      const end = newline < 0 ? text.length : newline;
      line++;
      const row = end > at ? rowOf(text, at, end, parse) : undefined;
      const place = row === undefined ? 0 : this.#placeOf(row.number, text.slice(row.nameAt, end), places);
      if (end > at && (row === undefined || !ranges.add(row.first, row.last, place))) {
        throw new Error(`line ${line}: expected first,last,number,name in ascending order`);
      }
      at = end + 1;
    }
    return ranges;
  }

  #placeOf(asn: number, name: string, places: Map<number, number>): number {
    const known = places.get(asn);
    if (known !== undefined) return known;
    const place = this.#owners.push({ asn, name: nameOf(name) }) - 1;
    places.set(asn, place);
    return place;
  }
}

/** The key of the address at `[from, to)`, or -1 if it is none of the family. */
type ParseKey = (text: string, from: number, to: number) => number;

function rowOf(text: string, at: number, end: number, parse: ParseKey) {
  const one = text.indexOf(',', at);
  const two = text.indexOf(',', one + 1);
  const three = text.indexOf(',', two + 1);
  if (one < 0 || two < 0 || three < 0 || three > end) return undefined;
  const first = parse(text, at, one);
  const last = parse(text, one + 1, two);
  const number = Number(text.slice(two + 1, three));
  if (first < 0 || last < 0 || !(number >= 1 && number < 2 ** 32)) return undefined;
  return { first, last, number, nameAt: three + 1 };
}

/** The first 48 bits of the IPv6 address at `[from, to)`, or -1 if it is none. */
function parseV6Key(text: string, from: number, to: number): number {
  let key = 0;
  let groups = 0;
  for (let at = from; at < to; ) {
    const colon = text.indexOf(':', at);
    const group = parseHex(text, at, colon);
    if (group < 0 || colon >= to) return -1;
    key = key * 0x10000 + group;
    if (++groups === 3) return key;
    at = colon + 1;
    if (text.charCodeAt(at) !== COLON) continue;
    if (at + 1 === to) return key * 0x10000 ** (3 - groups);
    break;
  }
  // Rare: zeros left out in the middle.
  const address = Address.parse(text.slice(from, to));
  return address?.family === 6 ? keyOf(address) : -1;
}

/** The hexadecimal number of up to four digits at `[from, to)`, or -1. */
function parseHex(text: string, from: number, to: number): number {
  if (to - from > 4) return -1;
  let value = 0;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    const digit = code <= NINE ? code - ZERO : (code | 32) - LETTER_A + 10;
    if (digit < 0 || digit > 15) return -1;
    value = value * 16 + digit;
  }
  return to > from ? value : -1;
}

/** A name with commas stands in quotes, and a quote in it is doubled. */
function nameOf(field: string): string {
  const text = field.trimEnd();
  return plainName(text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text);
}

function countLines(text: string): number {
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}
