/**
 * How many different things were seen within a sliding window, in five words of a `BoundedTable` record: two bitmaps of
 * 64 bits, of the current half of the window and of the one before. A thing sets the bit that its hash chooses, and the
 * number of empty bits tells how many there were (linear counting; Whang, Vander-Zanden and Taylor 1990). Good to one in
 * ten up to 30, and it goes on growing up to `MOST_DISTINCT`.
 */
export const DISTINCT_WORDS = 5;
/** All bits set: so many or more. */
export const MOST_DISTINCT = 266;

const HALF = 0;
const CURRENT = 1;
const PREVIOUS = 3;
const BITS = 64;

/** Adds a thing by its hash at `at` (ms since the epoch). A late one counts now. */
export function addDistinct(record: Uint32Array, start: number, at: number, windowMs: number, hash: number): void {
  turn(record, start, at, windowMs);
  const word = start + CURRENT + ((hash >>> 5) & 1);
  record[word] = (record[word] ?? 0) | (1 << (hash & 31));
}

/** How many different things were seen within the window, rounded. It covers the half before and what is over of this one. */
export function countDistinct(record: Uint32Array, start: number, at: number, windowMs: number): number {
  return countOf(bitsSet(record, start, at, windowMs));
}

/**
 * How many bits are set for the window: what `countDistinct` counts, before the logarithm. For the hot path, where it is
 * compared with `bitsFor` a threshold.
 */
export function bitsSet(record: Uint32Array, start: number, at: number, windowMs: number): number {
  turn(record, start, at, windowMs);
  const one = (record[start + CURRENT] ?? 0) | (record[start + PREVIOUS] ?? 0);
  const two = (record[start + CURRENT + 1] ?? 0) | (record[start + PREVIOUS + 1] ?? 0);
  return ones(one) + ones(two);
}

/** How many bits must be set for a count of `count`, at most `MOST_DISTINCT`. */
export function bitsFor(count: number): number {
  let bits = 0;
  while (bits < BITS && countOf(bits) < count) bits++;
  return bits;
}

function countOf(bits: number): number {
  return bits === BITS ? MOST_DISTINCT : Math.round(BITS * Math.log(BITS / (BITS - bits)));
}

export function clearDistinct(record: Uint32Array, start: number): void {
  record.fill(0, start, start + DISTINCT_WORDS);
}

/** Moves on to the half of the window that `at` lies in. */
function turn(record: Uint32Array, start: number, at: number, windowMs: number): void {
  const half = Math.floor((at * 2) / windowMs) >>> 0;
  const known = record[start + HALF] ?? 0;
  const passed = known === 0 ? 2 : (half - known) | 0;
  if (passed <= 0) return;
  record[start + PREVIOUS] = passed === 1 ? (record[start + CURRENT] ?? 0) : 0;
  record[start + PREVIOUS + 1] = passed === 1 ? (record[start + CURRENT + 1] ?? 0) : 0;
  record[start + CURRENT] = 0;
  record[start + CURRENT + 1] = 0;
  record[start + HALF] = half;
}

/** How many bits of a 32-bit word are set. */
function ones(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
