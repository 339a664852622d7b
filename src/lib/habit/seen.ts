/**
 * A few things, by hash, that were seen lately, inside a record of words: a word each, with the day it was last seen. When
 * all are taken, the one unseen for longest gives way.
 */

const DAY_BITS = 12;
const DAYS = 1 << DAY_BITS;
const HASHES = 2 ** 20 - 1;

/**
 * Notes that something was seen. @returns whether it was new, or not seen for more than `keepDays`
 *
 * @param capacity words, from `base` on
 * @param day days since the epoch
 */
export function see(
  record: Uint32Array,
  base: number,
  capacity: number,
  hash: number,
  day: number,
  keepDays: number,
): boolean {
  const mark = markOf(hash);
  const word = ((mark << DAY_BITS) | (day % DAYS)) >>> 0;
  let [place, oldest] = [base, -1];
  for (let i = base; i < base + capacity; i++) {
    const held = record[i] ?? 0;
    const age = held === 0 ? DAYS : ageOf(held, day);
    if (held >>> DAY_BITS === mark) {
      record[i] = word;
      return age > keepDays;
    }
    if (age > oldest) [place, oldest] = [i, age];
  }
  record[place] = word;
  return true;
}

/** Whether it was seen, and not forgotten since; however long ago. */
export function hasSeen(record: Uint32Array, base: number, capacity: number, hash: number): boolean {
  const mark = markOf(hash);
  for (let i = base; i < base + capacity; i++) if ((record[i] ?? 0) >>> DAY_BITS === mark) return true;
  return false;
}

/** Never 0: that is an empty word. */
function markOf(hash: number): number {
  return ((hash >>> 0) % HASHES) + 1;
}

/** Days, modulo 11 years. */
function ageOf(word: number, day: number): number {
  const age = (day - (word & (DAYS - 1))) & (DAYS - 1);
  // One from the day after, which came early.
  return age === DAYS - 1 ? 0 : age;
}
