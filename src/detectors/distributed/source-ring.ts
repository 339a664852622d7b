/**
 * The latest different sources in a record: word 0 is the place of the next one, then three words each: high and low of
 * the counting key, and when it was last seen, whose two lowest bits say that it may be forged and that no customer could
 * have been told from it. When full, a new source takes the place of the one entered longest ago.
 */
import { isV4Key, keyText } from '../../lib/address.ts';

/** As many as a finding names. */
export const MAX_SOURCES = 32;
export const SOURCE_RING_WORDS = 1 + MAX_SOURCES * 3;

const UNPROVEN = 1;
const BLIND = 2;
const FLAGS = UNPROVEN | BLIND;

export interface Seen {
  readonly high: number;
  readonly low: number;
  readonly at: number;
  /** The source may be forged. */
  readonly unproven: boolean;
  /** It was seen where customers are not. */
  readonly blind: boolean;
}

/** @returns whether the source is new, so that a count may have grown */
export function addSource(record: Uint32Array, start: number, { high, low, at, unproven, blind }: Seen): boolean {
  const time = (at & ~FLAGS) | (unproven ? UNPROVEN : 0) | (blind ? BLIND : 0);
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

/**
 * How many sources were seen within the window before `at`, how many of them may not be forged, and how many of these
 * were seen where customers are, too.
 */
export function countSources(record: Uint32Array, start: number, at: number, windowMs: number) {
  let all = 0;
  let trusted = 0;
  let sighted = 0;
  for (let i = start + 3; i <= start + MAX_SOURCES * 3; i += 3) {
    const time = record[i] ?? 0;
    if (time === 0 || ((at - time) | 0) > windowMs) continue;
    all++;
    if ((time & UNPROVEN) === 0) trusted++;
    if ((time & FLAGS) === 0) sighted++;
  }
  return { all, trusted, sighted };
}

/** Of how many networks (IPv4 /24, IPv6 /48) the sources are that were seen within the window and may not be forged. */
export function countTrustedNetworks(record: Uint32Array, start: number, at: number, windowMs: number): number {
  const networks = new Set<string>();
  for (let i = start + 1; i < start + SOURCE_RING_WORDS; i += 3) {
    const time = record[i + 2] ?? 0;
    if (time === 0 || (time & UNPROVEN) !== 0 || ((at - time) | 0) > windowMs) continue;
    const high = record[i] ?? 0;
    networks.add(`${high} ${(record[i + 1] ?? 0) >>> (isV4Key(high) ? 8 : 16)}`);
  }
  return networks.size;
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
