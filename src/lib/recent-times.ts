/**
 * The times of the last `capacity` events, as a ring inside a `BoundedTable` record: word 0 counts all events, the
 * others hold their times. So "10 in 5 minutes" is exact for every sliding window that wants at most `capacity`.
 */
export interface RecentTimes {
  /** Where in a record the ring begins, and how many times it holds. It takes `capacity + 1` words. */
  readonly offset: number;
  readonly capacity: number;
}

/** Adds `count` events at `at` (ms since the epoch). */
export function addTimes(record: Uint32Array, base: number, ring: RecentTimes, at: number, count: number): void {
  const start = base + ring.offset;
  let total = record[start] ?? 0;
  for (let i = Math.min(count, ring.capacity); i > 0; i--) {
    record[start + 1 + (total % ring.capacity)] = at;
    total++;
  }
  // Beyond the capacity only the remainder matters: keep the counter small without losing "full".
  record[start] = total < ring.capacity * 2 ? total : (total % ring.capacity) + ring.capacity;
}

/** How many of the remembered events lie within `windowMs` before `at` (or after it: signals may come late). */
export function countWithin(
  record: Uint32Array,
  base: number,
  ring: RecentTimes,
  at: number,
  windowMs: number,
): number {
  const start = base + ring.offset;
  const held = Math.min(record[start] ?? 0, ring.capacity);
  let count = 0;
  for (let i = 1; i <= held; i++) {
    const age = (at - (record[start + i] ?? 0)) | 0;
    if (age <= windowMs) count++;
  }
  return count;
}

/** The earliest remembered time, as ms before `at`; 0 if there is none. */
export function oldestAge(record: Uint32Array, base: number, ring: RecentTimes, at: number): number {
  const start = base + ring.offset;
  const held = Math.min(record[start] ?? 0, ring.capacity);
  let oldest = 0;
  for (let i = 1; i <= held; i++) oldest = Math.max(oldest, (at - (record[start + i] ?? 0)) | 0);
  return oldest;
}

/** Forgets all events. */
export function clearTimes(record: Uint32Array, base: number, ring: RecentTimes): void {
  record[base + ring.offset] = 0;
}
