/** On which days somebody was seen, in three words: the first (days since the epoch), the last, and how many. */
export const DAYS_WORDS = 3;

const FIRST = 0;
const LAST = 1;
const COUNT = 2;
const DAY_MS = 86_400_000;
/** Days with traffic: fewer make no habit, however long ago the first was. */
const ENOUGH_DAYS = 10;

export function noteDay(record: Uint32Array, base: number, day: number): void {
  const last = record[base + LAST] ?? 0;
  // What comes late, from the day before, counts as today; a day far ahead came of a clock that was wrong.
  if (day === last || day === last - 1) return;
  if (record[base + COUNT] === 0 || day < (record[base + FIRST] ?? 0)) record[base + FIRST] = day;
  record[base + LAST] = day;
  record[base + COUNT] = (record[base + COUNT] ?? 0) + 1;
}

/** How many days ago the first was. */
export function daysKnown(record: Uint32Array, base: number, at: number): number {
  return Math.floor(at / DAY_MS) - (record[base + FIRST] ?? 0);
}

/** Whether that is long ago, and the days are many enough, for a habit. */
export function isKnownFor(record: Uint32Array, base: number, at: number, learnMs: number): boolean {
  return (record[base + COUNT] ?? 0) >= ENOUGH_DAYS && daysKnown(record, base, at) * DAY_MS >= learnMs;
}
