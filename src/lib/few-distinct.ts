/**
 * The latest few different things seen within a window, exact, in a `BoundedTable` record: two words each, the hash of
 * the thing and when it was last seen. When full, the one unseen for longest gives way. For more than a few, `distinct`.
 */
export const MOST_FEW = 8;
export const FEW_WORDS = MOST_FEW * 2;

/** Adds a thing by its hash at `at` (ms since the epoch) and returns how many were seen within the window. */
export function addFew(record: Uint32Array, start: number, at: number, windowMs: number, hash: number): number {
  const time = at | 1;
  let place = start;
  let count = 0;
  for (let i = start; i < start + FEW_WORDS; i += 2) {
    const seen = record[i + 1] ?? 0;
    const isLive = seen !== 0 && ((time - seen) | 0) <= windowMs;
    if (isLive && record[i] === hash >>> 0) {
      record[i + 1] = time;
      return countFew(record, start, at, windowMs);
    }
    if (isLive) count++;
    if (isOlder(record, i, place, time)) place = i;
  }
  const replaced = record[place + 1] ?? 0;
  const keeps = replaced === 0 || ((time - replaced) | 0) > windowMs;
  record[place] = hash;
  record[place + 1] = time;
  return keeps ? count + 1 : count;
}

/** How many different things were seen within the window before `at`. */
export function countFew(record: Uint32Array, start: number, at: number, windowMs: number): number {
  let count = 0;
  for (let i = start; i < start + FEW_WORDS; i += 2) {
    const seen = record[i + 1] ?? 0;
    if (seen !== 0 && (((at | 1) - seen) | 0) <= windowMs) count++;
  }
  return count;
}

export function clearFew(record: Uint32Array, start: number): void {
  record.fill(0, start, start + FEW_WORDS);
}

/** An empty place is older than any. */
function isOlder(record: Uint32Array, place: number, than: number, time: number): boolean {
  const other = record[than + 1] ?? 0;
  if (other === 0) return false;
  const own = record[place + 1] ?? 0;
  return own === 0 || ((time - own) | 0) > ((time - other) | 0);
}
