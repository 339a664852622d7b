/**
 * The times of the last `capacity` events, as a ring inside a `BoundedTable` record: word 0 counts all events, the
 * others hold their times. So "10 in 5 minutes" is exact for every sliding window that wants at most `capacity`.
 * Each event can be marked; the mark takes the lowest bit of its time, which is then exact to two milliseconds.
 */
export interface RecentTimes {
  /** Where in a record the ring begins, and how many times it holds. It takes `capacity + 1` words. */
  readonly offset: number;
  readonly capacity: number;
}

/** Adds `count` events at `at` (ms since the epoch). */
export function addTimes(
  record: Uint32Array,
  base: number,
  ring: RecentTimes,
  at: number,
  count: number,
  marked: boolean,
): void {
  const start = base + ring.offset;
  // ToUint32 first: `at` does not fit 32 bits, and storing takes it modulo 2^32.
  const word = marked ? at | 1 : at & ~1;
  let total = record[start] ?? 0;
  for (let i = Math.min(count, ring.capacity); i > 0; i--) {
    record[start + 1 + (total % ring.capacity)] = word;
    total++;
  }
  // Beyond the capacity only the remainder matters: keep the counter small without losing "full".
  record[start] = total < ring.capacity * 2 ? total : (total % ring.capacity) + ring.capacity;
}

/** Whether at least `threshold` of the remembered events lie within `windowMs` before `at`. */
export function reaches(
  record: Uint32Array,
  base: number,
  ring: RecentTimes,
  at: number,
  windowMs: number,
  threshold: number,
): boolean {
  // Most sources have had too few events at all, and then no time need be looked at.
  if ((record[base + ring.offset] ?? 0) < threshold) return false;
  return countWithin(record, base, ring, at, windowMs) >= threshold;
}

/**
 * How many of the remembered events lie within `windowMs` before `at` (or after it: signals may come late).
 * @param markedOnly of the marked ones alone
 */
export function countWithin(
  record: Uint32Array,
  base: number,
  ring: RecentTimes,
  at: number,
  windowMs: number,
  markedOnly = false,
): number {
  const start = base + ring.offset;
  const held = Math.min(record[start] ?? 0, ring.capacity);
  const leastMark = markedOnly ? 1 : 0;
  let count = 0;
  for (let i = 1; i <= held; i++) {
    if (((record[start + i] ?? 0) & 1) >= leastMark && age(record, start + i, at) <= windowMs) count++;
  }
  return count;
}

/** Age in ms of the earliest event remembered within the window; 0 if there is none. */
export function oldestAge(record: Uint32Array, base: number, ring: RecentTimes, at: number, windowMs: number): number {
  const start = base + ring.offset;
  const held = Math.min(record[start] ?? 0, ring.capacity);
  let oldest = 0;
  for (let i = 1; i <= held; i++) {
    const old = age(record, start + i, at);
    if (old <= windowMs && old > oldest) oldest = old;
  }
  return oldest;
}

/** Forgets all events. */
export function clearTimes(record: Uint32Array, base: number, ring: RecentTimes): void {
  record[base + ring.offset] = 0;
}

/** Signed, so that an event somewhat later than `at` has a negative age instead of a huge one. */
function age(record: Uint32Array, index: number, at: number): number {
  return ((at & ~1) - ((record[index] ?? 0) & ~1)) | 0;
}
