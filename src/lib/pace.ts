/**
 * How many events lie within a long sliding window, in three words of a `BoundedTable` record whatever the number: the
 * current fixed window's count, the previous one's (weighted by how much of it the sliding window still covers), and
 * which window is the current one. Exact at the window's edges, an estimate between.
 */
export const PACE_WORDS = 3;

const WINDOW = 0;
const COUNT = 1;
const PREVIOUS = 2;

/**
 * Adds `count` events at `at` (ms since the epoch) and returns how many are within the window now. A late event counts
 * in the current window.
 */
export function addToPace(record: Uint32Array, start: number, at: number, windowMs: number, count: number): number {
  const windows = Math.floor(at / windowMs);
  const window = windows >>> 0;
  const known = record[start + WINDOW] ?? 0;
  const passed = known === 0 ? 2 : (window - known) | 0;
  if (passed > 0) {
    record[start + PREVIOUS] = passed === 1 ? (record[start + COUNT] ?? 0) : 0;
    record[start + COUNT] = 0;
    record[start + WINDOW] = window;
  }
  record[start + COUNT] = (record[start + COUNT] ?? 0) + count;
  const covered = windows + 1 - at / windowMs;
  return Math.floor((record[start + COUNT] ?? 0) + (record[start + PREVIOUS] ?? 0) * covered);
}

/** Forgets all events. */
export function clearPace(record: Uint32Array, start: number): void {
  record.fill(0, start, start + PACE_WORDS);
}
