/**
 * IP addresses as the rest of the code wants them: parsed once, compared and counted as two 32-bit numbers.
 *
 * An address is counted whole for IPv4 and per /64 for IPv6 (one subscriber owns a whole /64, RFC 6177), so the
 * counting key of both fits 64 bits. IPv4-mapped IPv6 (`::ffff:192.0.2.1`, RFC 4291 section 2.5.5.2) is IPv4.
 */

/** The high word of every IPv4 key. As an IPv6 prefix it lies in multicast (ff00::/8), never a packet's source. */
const V4_HIGH = 0xffffffff;

export class Address {
  readonly family: 4 | 6;
  /** Counting key, high and low word, unsigned 32-bit. IPv4: `0xffffffff` and the address. IPv6: its /64. */
  readonly high: number;
  readonly low: number;
  /** IPv6 only: the interface identifier, the low 64 bits; 0 for IPv4. */
  readonly hostHigh: number;
  readonly hostLow: number;
  /** The port is not part of an address; this is the canonical text (RFC 5952 section 4), made on first use. */
  #text: string | undefined;

  private constructor(family: 4 | 6, high: number, low: number, hostHigh: number, hostLow: number) {
    this.family = family;
    this.high = high;
    this.low = low;
    this.hostHigh = hostHigh;
    this.hostLow = hostLow;
    this.#text = undefined;
  }

  /** @param value the address in host order, unsigned 32-bit */
  static v4(value: number): Address {
    return new Address(4, V4_HIGH, value >>> 0, 0, 0);
  }

  /** Four 32-bit words, most significant first. A mapped IPv4 address becomes that IPv4 address. */
  static v6(a: number, b: number, c: number, d: number): Address {
    if (a === 0 && b === 0 && c >>> 0 === 0xffff) return Address.v4(d);
    return new Address(6, a >>> 0, b >>> 0, c >>> 0, d >>> 0);
  }

  /** The address in `text`, or undefined if it is none. Brackets and a zone (`%eth0`) are accepted around IPv6. */
  static parse(text: string): Address | undefined {
    const v4 = parseV4(text, 0, text.length);
    if (v4 >= 0) return Address.v4(v4);
    return text.indexOf(':') < 0 ? undefined : parseV6(text);
  }

  /** Canonical text: dotted quad, or RFC 5952. */
  get text(): string {
    this.#text ??=
      this.family === 4 ? formatV4(this.low) : formatV6([this.high, this.low, this.hostHigh, this.hostLow]);
    return this.#text;
  }

  /** What is counted and blocked: the address itself for IPv4, `…::/64` for IPv6. */
  get countedText(): string {
    return this.family === 4 ? this.text : `${formatV6([this.high, this.low, 0, 0])}/64`;
  }

  toString(): string {
    return this.text;
  }

  toJSON(): string {
    return this.text;
  }
}

/** Whether a counting key, of which this is the high word, is that of an IPv4 address. */
export function isV4Key(high: number): boolean {
  return high >>> 0 === V4_HIGH;
}

/** Text of the counting key alone, as `Address.countedText`. */
export function keyText(high: number, low: number): string {
  return isV4Key(high) ? formatV4(low) : `${formatV6([high, low, 0, 0])}/64`;
}

function formatV4(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}

/** RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups (the first of equals) as `::`. */
function formatV6(words: readonly [number, number, number, number]): string {
  const groups = words.flatMap((word) => [word >>> 16, word & 0xffff]);
  let bestStart = -1;
  let bestLength = 1;
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > bestLength) {
      bestStart = start;
      bestLength = length;
    }
  }
  const hex = (part: number[]) => part.map((group) => group.toString(16)).join(':');
  if (bestStart < 0) return hex(groups);
  return `${hex(groups.slice(0, bestStart))}::${hex(groups.slice(bestStart + bestLength))}`;
}

/**
 * The dotted quad at `[from, to)` of `text` as an unsigned number, or -1. Leading zeros are refused (some programs
 * read them as octal, so an attacker could be taken for somebody else).
 */
export function parseV4(text: string, from: number, to: number): number {
  let value = 0;
  let at = from;
  for (let dots = 0; ; dots++) {
    const octet = parseOctet(text, at, to);
    if (octet < 0) return -1;
    value = value * 256 + (octet & 255);
    at += octet >> 8;
    if (dots === 3) return at === to ? value : -1;
    if (text.charCodeAt(at++) !== 46) return -1;
  }
}

/** One to three digits, 0 to 255, without leading zeros: the number of digits in the second byte, the value in the first; or -1. */
function parseOctet(text: string, from: number, to: number): number {
  const end = Math.min(to, from + 3);
  let value = 0;
  let at = from;
  for (; at < end; at++) {
    const digit = text.charCodeAt(at) - 48;
    // Written so that NaN, past the end of the text, is no digit either.
    if (!(digit >= 0 && digit <= 9)) break;
    value = value * 10 + digit;
  }
  const digits = at - from;
  if (digits <= 0 || value > 255 || (digits > 1 && text.charCodeAt(from) === 48)) return -1;
  return (digits << 8) | value;
}

function parseV6(input: string): Address | undefined {
  let text = input.startsWith('[') && input.endsWith(']') ? input.slice(1, -1) : input;
  const zone = text.indexOf('%');
  if (zone > 0) text = text.slice(0, zone);
  if (text.length > 45) return undefined;
  const gap = text.indexOf('::');
  if (gap < 0) return fromGroups(parseGroups(text), 8);
  if (text.indexOf('::', gap + 1) >= 0) return undefined;
  const head = gap === 0 ? [] : parseGroups(text.slice(0, gap));
  const tail = gap + 2 === text.length ? [] : parseGroups(text.slice(gap + 2));
  if (head === undefined || tail === undefined || head.length + tail.length > 7) return undefined;
  // The dotted quad may only end an address, so it cannot stand before the gap.
  if (text.slice(0, gap).includes('.')) return undefined;
  return fromGroups([...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail], 8);
}

/** Colon-separated 16-bit groups; the last may be a dotted quad, which counts as two. */
function parseGroups(text: string): number[] | undefined {
  const parts = text.split(':');
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (part.includes('.') && index === parts.length - 1) {
      const v4 = parseV4(part, 0, part.length);
      if (v4 < 0) return undefined;
      groups.push(Math.floor(v4 / 65536), v4 % 65536);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else {
      return undefined;
    }
  }
  return groups;
}

function fromGroups(groups: readonly number[] | undefined, length: number): Address | undefined {
  if (groups === undefined || groups.length !== length) return undefined;
  const word = (i: number) => (groups[i] ?? 0) * 65536 + (groups[i + 1] ?? 0);
  return Address.v6(word(0), word(2), word(4), word(6));
}
