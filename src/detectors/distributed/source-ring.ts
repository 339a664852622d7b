/**
 * The latest different sources in a record: word 0 is the place of the next one, then three words each: high and low of
 * the counting key, and when it was last seen, whose lowest bit says that it may be forged. When full, a new source
 * takes the place of the one entered longest ago.
 */
import { keyText } from '../../lib/address.ts';

/** As many as a finding names. */
export const MAX_SOURCES = 32;
export const SOURCE_RING_WORDS = 1 + MAX_SOURCES * 3;

export interface Seen {
  readonly high: number;
  readonly low: number;
  readonly at: number;
  /** The source may be forged. */
  readonly unproven: boolean;
}

/** @returns whether the source is new, so that a count may have grown */
export function addSource(record: Uint32Array, start: number, { high, low, at, unproven }: Seen): boolean {
  const time = unproven ? at | 1 : at & ~1;
  const first = start + 1;
  const end = first + MAX_SOURCES * 3;
  for (let i = first; i < end; i += 3) {
    if (record[i + 2] === 0) break;
    if (record[i + 1] !== low || record[i] !== high) continue;
    record[i + 2] = time;
    return false;
  }
  const place = record[start] ?? 0;
  record[start] = (place + 1) % MAX_SOURCES;
  const i = first + place * 3;
  record[i] = high;
  record[i + 1] = low;
  record[i + 2] = time;
  return true;
}

/** How many sources were seen within the window before `at`, and how many of them may not be forged. */
export function countSources(record: Uint32Array, start: number, at: number, windowMs: number) {
  let all = 0;
  let trusted = 0;
  for (let i = start + 3; i <= start + MAX_SOURCES * 3; i += 3) {
    const time = record[i] ?? 0;
    if (time === 0 || ((at - time) | 0) > windowMs) continue;
    all++;
    if ((time & 1) === 0) trusted++;
  }
  return { all, trusted };
}

/** The sources seen within the window, as text. */
export function sourceTexts(record: Uint32Array, start: number, at: number, windowMs: number): string[] {
  const texts: string[] = [];
  for (let i = start + 1; i < start + SOURCE_RING_WORDS; i += 3) {
    const time = record[i + 2] ?? 0;
    if (time !== 0 && ((at - time) | 0) <= windowMs) texts.push(keyText(record[i] ?? 0, record[i + 1] ?? 0));
  }
  return texts;
}
