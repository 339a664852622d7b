/**
 * When something was last told, in one word: the hour since the epoch, and how often in a row. Each time it is told again
 * takes twice as long, up to 16 times, until it has not been told for four weeks.
 */
const HOUR_MS = 3_600_000;
const TIMES_SHIFT = 24;
const MOST_DOUBLINGS = 4;
const FORGET_HOURS = 28 * 24;

/** Whether to tell now; then it counts as told. */
export function tell(record: Uint32Array, index: number, at: number, quietMs: number): boolean {
  const word = record[index] ?? 0;
  const hour = Math.floor(at / HOUR_MS);
  const told = word & ((1 << TIMES_SHIFT) - 1);
  // Told in a time to come: by a clock that was wrong.
  const isOver = hour - told > FORGET_HOURS || told > hour + 1;
  const times = isOver ? 0 : word >>> TIMES_SHIFT;
  if (times > 0 && hour - told < (quietMs / HOUR_MS) * 2 ** Math.min(times - 1, MOST_DOUBLINGS)) return false;
  record[index] = ((Math.min(times + 1, 255) << TIMES_SHIFT) | hour) >>> 0;
  return true;
}
