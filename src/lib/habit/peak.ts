/**
 * The most that is counted in a period (an hour, a day) by habit, inside a record of words. It fades by half in eight
 * weeks, and grows slowly: what this week brought counts from the next week on, and then no more than twice the habit
 * and a little. Times are ms since the epoch.
 */
export const PEAK_WORDS = 4;

/** Words: the period being counted, its count, the habit (in 256ths), and the most of this week. */
const PERIOD = 0;
const COUNT = 1;
const BEFORE = 2;
const THIS_WEEK = 3;
const SCALE = 256;

const WEEK_MS = 7 * 86_400_000;
const WEEK_LEFT = 0.5 ** (1 / 8);
/** What may be learnt at once, beyond twice the habit. */
const A_LITTLE = 8;

/** Adds to the period of `at`. @returns how much that period has so far */
export function addToPeriod(record: Uint32Array, base: number, periodMs: number, at: number, count: number): number {
  const period = Math.floor(at / periodMs);
  const last = record[base + PERIOD] ?? 0;
  // What comes late counts in the period that has begun; one far ahead came of a clock that was wrong.
  if (period > last || period < last - 1) turn(record, base, periodMs, period);
  const total = (record[base + COUNT] ?? 0) + count;
  record[base + COUNT] = total;
  return total;
}

/** How much the period of `at` has so far. */
export function countInPeriod(record: Uint32Array, base: number, periodMs: number, at: number): number {
  return record[base + PERIOD] === Math.floor(at / periodMs) ? (record[base + COUNT] ?? 0) : 0;
}

/** The most in a period by habit. */
export function usualPeak(record: Uint32Array, base: number): number {
  return (record[base + BEFORE] ?? 0) / SCALE;
}

function turn(record: Uint32Array, base: number, periodMs: number, period: number): void {
  const last = record[base + PERIOD] ?? 0;
  const most = Math.max(record[base + THIS_WEEK] ?? 0, record[base + COUNT] ?? 0);
  const isSameWeek = weekOf(period, periodMs) <= weekOf(last, periodMs);
  record[base + PERIOD] = period;
  record[base + COUNT] = 0;
  record[base + THIS_WEEK] = isSameWeek ? most : 0;
  if (isSameWeek) return;
  const before = usualPeak(record, base);
  record[base + BEFORE] = Math.floor(Math.max(before * WEEK_LEFT, Math.min(most, 2 * before + A_LITTLE)) * SCALE);
}

function weekOf(period: number, periodMs: number): number {
  return Math.floor((period * periodMs) / WEEK_MS);
}
