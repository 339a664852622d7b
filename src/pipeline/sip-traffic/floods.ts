import type { Address } from '../../lib/address.ts';
import { BoundedTable } from '../../lib/bounded-table.ts';
import { addToPace, clearPace, PACE_WORDS } from '../../lib/pace.ts';

const WINDOW_MS = 10_000;
/** An office of 200 phones that all come back at once sends fewer, and the first of them to get in speaks for it. */
const MANY = 500;
/** Looking through the table costs, and what is too old does no harm there. */
const EXPIRE_EVERY_MS = 60_000;

/** Counts the requests of each source, whatever becomes of them, as pike does where OpenSIPS runs. */
export class Floods {
  readonly #sources: BoundedTable;
  #expiredAt = 0;

  constructor(maxSources: number) {
    this.#sources = new BoundedTable({ maxKeys: maxSources, words: PACE_WORDS, horizonMs: 2 * WINDOW_MS });
  }

  get evicted(): number {
    return this.#sources.evicted;
  }

  /** Notes a request. Returns how many there were lately if that is a flood, once for each such number; else 0. */
  add({ high, low }: Address, at: number): number {
    if (!this.#sources.touch(high, low, at, 0)) return 0;
    const { record, base } = this.#sources;
    const count = addToPace(record, base, at, WINDOW_MS, 1);
    if (count < MANY) return 0;
    clearPace(record, base);
    return count;
  }

  expire(now: number): void {
    if (Math.abs(now - this.#expiredAt) < EXPIRE_EVERY_MS) return;
    this.#expiredAt = now;
    this.#sources.expire(now);
  }
}
