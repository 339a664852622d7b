/**
 * How much happens in each hour of the week by habit, inside a record of words (as of a `BoundedTable`). Kept is the most
 * that was counted in each of the 168 hours, fading by half in eight weeks; a byte each, so "about".
 *
 * What this week brought is kept apart until the week is over, so that nobody makes a habit of something within hours,
 * and of an hour far beyond the habit only a part is learnt. Times are ms since the epoch, hours and weeks are UTC; a
 * habit is a habit in any zone, and the hours on both sides count, so daylight saving is none of its troubles.
 */
export const WEEK_HOURS_WORDS = 88;

/** When a count deviates. */
export interface HourRule {
  /** How much it must be at least. */
  readonly min: number;
  /** How many times the habit it must be. */
  readonly factor: number;
  /**
   * Whether it is about one person, who is uneven and works at other times for once: then the habit is the busiest hour of
   * all, and at a time at which nothing ever happens half the factor does. Else it is the habit of that time.
   */
  readonly isPerson: boolean;
}

/** What the weeks before say of an hour. */
export interface HourHabit {
  /** The most at that time of the week, give or take an hour. */
  readonly around: number;
  /** The most in any hour. */
  readonly ever: number;
}

const HOUR_MS = 3_600_000;
const HOURS = 168;
/** Words of a record: the hour being counted, its count, from where on it deviates (0: not asked), what is learnt (0: all). */
const HOUR = 0;
const COUNT = 1;
const LIMIT = 2;
const LEARN = 3;
/** A byte for each hour of the week: of the weeks before, and of this one. */
const BEFORE = 4;
const THIS_WEEK = BEFORE + HOURS / 4;

/** What is left after a week: half in eight. A week without anything says nothing, and takes nothing away. */
const WEEK_LEFT = 0.5 ** (1 / 8);
/** Standard deviations of a Poisson count that a count must lie above the habit of its time, and above the busiest hour. */
const CLEAR = 6;
const CLEARLY_MORE_THAN_EVER = 3;

/** How much of the limit is learnt of an hour beyond it: what goes on for weeks becomes the habit, slowly. */
const LEARNT = 0.4;

/** Counts by their byte: exact for small ones, within 5 % up to 60,000. */
const COUNTS = Float64Array.from({ length: 256 }, (_, code) => 2 ** (code / 16) - 1);
/** Less than this is nothing any more. */
const NOTHING = 0.5;

/** Adds to the hour of `at`. @returns how much that hour has so far */
export function addToHour(record: Uint32Array, base: number, at: number, count: number): number {
  turnTo(record, base, Math.floor(at / HOUR_MS));
  const total = (record[base + COUNT] ?? 0) + count;
  record[base + COUNT] = total;
  return total;
}

/** How much the hour of `at` has so far. */
export function countInHour(record: Uint32Array, base: number, at: number): number {
  return record[base + HOUR] === Math.floor(at / HOUR_MS) ? (record[base + COUNT] ?? 0) : 0;
}

/**
 * Whether the hour of `at` is clearly and by far more than the habit. Once it is, only a part of it is learnt.
 * Ask only where there is a habit: to somebody new everything is.
 *
 * @param times how many times as much as else it may be
 */
export function deviates(record: Uint32Array, base: number, at: number, rule: HourRule, times = 1): boolean {
  const count = countInHour(record, base, at);
  if (count < rule.min) return false;
  let limit = record[base + LIMIT] ?? 0;
  if (limit === 0) {
    limit = limitOf(habitOf(record, base), rule);
    record[base + LIMIT] = limit;
  }
  if (count < limit * times) return false;
  record[base + LEARN] = Math.ceil(limit * LEARNT);
  return true;
}

/** What the weeks before say of the hour being counted. Linear in the hours of a week. */
export function habitOf(record: Uint32Array, base: number): HourHabit {
  let ever = 0;
  for (let slot = 0; slot < HOURS; slot++) ever = Math.max(ever, byteAt(record, base + BEFORE, slot));
  return { around: usualAround(record, base), ever: countOf(ever) };
}

/** The most at the time of the hour being counted, give or take an hour. */
export function usualAround(record: Uint32Array, base: number): number {
  const hour = record[base + HOUR] ?? 0;
  let most = 0;
  for (const near of [hour + HOURS - 1, hour, hour + 1]) most = Math.max(most, byteAt(record, base + BEFORE, near));
  return countOf(most);
}

/** Whether nothing has happened within an hour of this time of the day, on whatever day, this week included. */
export function isUnusedHour(record: Uint32Array, base: number, at: number): boolean {
  const hour = Math.floor(at / HOUR_MS);
  turnTo(record, base, hour);
  if ((record[base + COUNT] ?? 0) > 0) return false;
  for (let day = 0; day < HOURS; day += 24) {
    for (const near of [hour + HOURS - 1 + day, hour + day, hour + 1 + day]) {
      const most = Math.max(byteAt(record, base + BEFORE, near), byteAt(record, base + THIS_WEEK, near));
      if (countOf(most) >= NOTHING) return false;
    }
  }
  return true;
}

function limitOf({ around, ever }: HourHabit, { min, factor, isPerson }: HourRule): number {
  if (!isPerson) return Math.ceil(Math.max(min, factor * around, above(around, CLEAR)));
  const times = around < NOTHING ? factor / 2 : factor;
  return Math.ceil(Math.max(min, times * ever, above(ever, CLEARLY_MORE_THAN_EVER)));
}

/** So many standard deviations above a Poisson count (Anscombe: the root of such a count varies by a half, however large). */
function above(count: number, deviations: number): number {
  return (Math.sqrt(count) + deviations / 2) ** 2;
}

function turnTo(record: Uint32Array, base: number, hour: number): void {
  const last = record[base + HOUR] ?? 0;
  // What comes late counts in the hour that has begun; an hour far ahead came of a clock that was wrong.
  if (hour === last || hour === last - 1) return;
  if (last > 0) learn(record, base, last);
  if (last > 0 && Math.floor(hour / HOURS) > Math.floor(last / HOURS)) fade(record, base);
  record[base + HOUR] = hour;
  record.fill(0, base + COUNT, base + LEARN + 1);
}

function learn(record: Uint32Array, base: number, hour: number): void {
  const count = (record[base + LEARN] ?? 0) || (record[base + COUNT] ?? 0);
  const code = codeOf(count, Math.round);
  if (code > byteAt(record, base + THIS_WEEK, hour)) setByte(record, base + THIS_WEEK, hour, code);
}

/** The week is over, and something was counted in it. */
function fade(record: Uint32Array, base: number): void {
  for (let slot = 0; slot < HOURS; slot++) {
    // Rounded down, so that it comes to nothing in the end.
    const before = codeOf(countOf(byteAt(record, base + BEFORE, slot)) * WEEK_LEFT, Math.floor);
    setByte(record, base + BEFORE, slot, Math.max(before, byteAt(record, base + THIS_WEEK, slot)));
  }
  record.fill(0, base + THIS_WEEK, base + THIS_WEEK + HOURS / 4);
}

function codeOf(count: number, round: (value: number) => number): number {
  return Math.min(255, round(16 * Math.log2(1 + count)));
}

function countOf(code: number): number {
  return COUNTS[code] ?? 0;
}

/** @param hour of the week, or since the epoch */
function byteAt(record: Uint32Array, start: number, hour: number): number {
  const slot = hour % HOURS;
  return ((record[start + (slot >> 2)] ?? 0) >>> ((slot & 3) * 8)) & 255;
}

function setByte(record: Uint32Array, start: number, hour: number, value: number): void {
  const slot = hour % HOURS;
  const shift = (slot & 3) * 8;
  const word = start + (slot >> 2);
  record[word] = ((record[word] ?? 0) & ~(255 << shift)) | (value << shift);
}
