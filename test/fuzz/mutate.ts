import type { Random } from '../support/random.ts';

/** What mutations draw from. */
export interface Material {
  readonly random: Random;
  /** Of the target. */
  readonly words: readonly string[];
  /** Another input of the same target. */
  readonly other: Buffer;
}

type Mutation = (bytes: Buffer, material: Material) => Buffer;

const NUMBERS = [
  ...['0', '-1', '1', '00070', '255', '256', '65535', '65536', '2147483647', '2147483648', '4294967295', '4294967296'],
  ...['9007199254740993', '99999999999999999999999', '1e9', '0x10', '٣', '+5', '1.5'],
];
/** NUL, bytes that begin no character, a character cut off, an overlong one, half a pair, marks that turn the text around. */
const BYTES = [
  ...[[0], [0xff], [0x80], [0xc3], [0xe2, 0x82], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf0, 0x9f, 0x98, 0x80]],
  ...[
    [0xef, 0xbb, 0xbf],
    [0xe2, 0x80, 0xae],
    [0xe2, 0x80, 0xa8],
    [0xc2, 0x85],
    [0x1b, 0x5b, 0x33, 0x31, 0x6d],
    [0x0b],
    [0x0c],
  ],
].map((bytes) => Buffer.from(bytes));
const LINE_ENDS = ['\r\n', '\n', '\r', '\n\r', '\r\r\n', '\r\n ', '\r\n\t', '\n ', '\r\n\r\n', '\n\n'];
const PLAIN = 0x30;

/** Up to eight mutations of an input, one upon the other. */
export function mutate(input: Buffer, material: Material, maxBytes: number): Buffer {
  const { random } = material;
  let bytes = input;
  for (let left = 1 + Math.floor(8 * random.next() ** 3); left > 0; left--) {
    bytes = random.pick(MUTATIONS)(bytes, material).subarray(0, maxBytes);
  }
  return Buffer.from(bytes);
}

const MUTATIONS: readonly [Mutation, ...Mutation[]] = [
  function flipBit(bytes, { random }) {
    if (bytes.length === 0) return bytes;
    const changed = Buffer.from(bytes);
    const at = random.between(0, bytes.length);
    changed[at] = (changed[at] ?? 0) ^ (1 << random.between(0, 8));
    return changed;
  },
  function setByte(bytes, { random }) {
    const at = random.between(0, bytes.length + 1);
    return put(bytes, at, at + 1, Buffer.from([random.between(0, 256)]));
  },
  /** As lengths and counts of binary formats are. */
  function setInteger(bytes, { random }) {
    const size = random.pick([1, 2, 4]);
    if (bytes.length < size) return bytes;
    const changed = Buffer.from(bytes);
    const max = 2 ** (8 * size) - 1;
    const value = random.pick([0, 1, 2, 5, 6, 7, 8, 0x7f, 0x80, max >>> 1, max - 1, max, bytes.length]) % (max + 1);
    const at = random.between(0, bytes.length - size + 1);
    if (random.chance(0.5)) changed.writeUIntBE(value, at, size);
    else changed.writeUIntLE(value, at, size);
    return changed;
  },
  function remove(bytes, { random }) {
    const [from, to] = stretch(bytes, random);
    return put(bytes, from, to, Buffer.alloc(0));
  },
  function truncate(bytes, { random }) {
    return bytes.subarray(0, random.between(0, bytes.length + 1));
  },
  function repeat(bytes, { random }) {
    const [from, to] = stretch(bytes, random);
    const piece = bytes.subarray(from, to);
    return put(bytes, to, to, Buffer.concat(Array.from({ length: random.between(1, 40) }, () => piece)));
  },
  function splice(bytes, { random, other }) {
    const [from, to] = stretch(other, random);
    const [start, end] = stretch(bytes, random);
    return put(bytes, start, random.chance(0.5) ? start : end, other.subarray(from, to));
  },
  function cross(bytes, { random, other }) {
    const half = bytes.subarray(0, random.between(0, bytes.length + 1));
    return Buffer.concat([half, other.subarray(random.between(0, other.length + 1))]);
  },
  function insertWord(bytes, { random, words }) {
    const at = random.between(0, bytes.length + 1);
    return put(bytes, at, at, wordOf(random, words));
  },
  function insertBytes(bytes, { random }) {
    const at = random.between(0, bytes.length + 1);
    return put(bytes, at, at, random.pick(BYTES as [Buffer, ...Buffer[]]));
  },
  function lengthen(bytes, { random, words }) {
    const at = random.between(0, bytes.length + 1);
    const unit = random.chance(0.5) ? Buffer.from([random.between(PLAIN, 0x7b)]) : wordOf(random, words);
    // Most not so very long, or there would be nothing but long ones.
    const times = Math.floor(2 ** (16 * random.next() ** 2));
    return put(bytes, at, at, Buffer.alloc(Math.min(times * unit.length, 70_000), unit));
  },
  /** A run of letters and digits, for another. */
  function replaceToken(bytes, { random, words }) {
    const [from, to] = tokenAt(bytes, random.between(0, bytes.length + 1));
    return put(bytes, from, to, wordOf(random, words));
  },
  function replaceNumber(bytes, { random }) {
    const numbers = [...bytes.toString('latin1').matchAll(/\d+/g)];
    if (numbers.length === 0) return bytes;
    const { index, 0: text } = numbers[random.between(0, numbers.length)] as RegExpExecArray;
    return put(bytes, index, index + text.length, Buffer.from(random.pick(NUMBERS as [string, ...string[]])));
  },
  function doubleLine(bytes, { random }) {
    return editLines(bytes, (lines) =>
      lines.toSpliced(pickLine(lines, random), 0, lines[pickLine(lines, random)] ?? ''),
    );
  },
  function dropLine(bytes, { random }) {
    return editLines(bytes, (lines) => lines.toSpliced(pickLine(lines, random), 1));
  },
  function takeLine(bytes, { random, other }) {
    const others = linesOf(other);
    return editLines(bytes, (lines) =>
      lines.toSpliced(pickLine(lines, random), random.between(0, 2), others[pickLine(others, random)] ?? ''),
    );
  },
  /** The value of one header under the name of another. */
  function exchangeValue(bytes, { random, other }) {
    const others = linesOf(other);
    const [, value = ''] = /^[^:]*:(.*)$/s.exec(others[pickLine(others, random)] ?? '') ?? [];
    return editLines(bytes, (lines) => {
      const at = pickLine(lines, random);
      return lines.with(at, `${(lines[at] ?? '').split(':', 1)}:${value}`);
    });
  },
  function foldLine(bytes, { random }) {
    const blanks = [...bytes.toString('latin1').matchAll(/[ ,;]/g)];
    if (blanks.length === 0) return bytes;
    const at = (blanks[random.between(0, blanks.length)]?.index ?? 0) + 1;
    return put(bytes, at, at, Buffer.from(random.pick(['\r\n ', '\n\t', '\r\n   \t', '\r\n \r\n '])));
  },
  function changeLineEnd(bytes, { random }) {
    const ends = [...bytes.toString('latin1').matchAll(/\r?\n/g)];
    if (ends.length === 0) return bytes;
    const { index, 0: text } = ends[random.between(0, ends.length)] as RegExpExecArray;
    return put(bytes, index, index + text.length, Buffer.from(random.pick(LINE_ENDS as [string, ...string[]])));
  },
  function changeCase(bytes, { random }) {
    const [from, to] = tokenAt(bytes, random.between(0, bytes.length + 1));
    const text = bytes.toString('latin1', from, to);
    return put(bytes, from, to, Buffer.from(random.chance(0.5) ? text.toUpperCase() : text.toLowerCase(), 'latin1'));
  },
];

function put(bytes: Buffer, from: number, to: number, piece: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, from), piece, bytes.subarray(to)]);
}

/** Where a stretch begins and ends, most often a short one. */
function stretch(bytes: Buffer, random: Random): readonly [number, number] {
  const from = random.between(0, bytes.length + 1);
  const length = Math.floor((bytes.length - from) * random.next() ** 4) + 1;
  return [from, Math.min(bytes.length, from + length)];
}

/** The letters and digits around `at`. */
function tokenAt(bytes: Buffer, at: number): readonly [number, number] {
  let [from, to] = [at, at];
  while (from > 0 && isWord(bytes[from - 1] as number)) from--;
  while (to < bytes.length && isWord(bytes[to] as number)) to++;
  return [from, to];
}

function isWord(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122) || byte === 45;
}

function wordOf(random: Random, words: readonly string[]): Buffer {
  return Buffer.from(words[random.between(0, words.length)] ?? '', 'latin1');
}

function linesOf(bytes: Buffer): readonly string[] {
  return bytes.toString('latin1').split('\n');
}

function editLines(bytes: Buffer, edit: (lines: readonly string[]) => readonly string[]): Buffer {
  return Buffer.from(edit(linesOf(bytes)).join('\n'), 'latin1');
}

function pickLine(lines: readonly string[], random: Random): number {
  return random.between(0, lines.length);
}
