import type { Address } from '../lib/address.ts';
import { BoundedTable } from '../lib/bounded-table.ts';
import { Network } from '../lib/network.ts';

/** A source that is blocked for longer is told of again after this, should it still be heard. */
const AGAIN_MS = 86_400_000;
const MAX_SOURCES = 262_144;

/** Places in a record: until when the source is blocked, and who has told of it. */
const UNTIL = 0;
const TELLERS = 1;

/** Which detectors, a bit each, have told of a source that is blocked: more of the same changes nothing. */
export class Told {
  #sources = newTable();

  get evicted(): number {
    return this.#sources.evicted;
  }

  /** Those that have told of the source since it is blocked; 0 if it is not. */
  tellers({ high, low }: Address, at: number): number {
    if (!this.#sources.peek(high, low)) return 0;
    const { record, base } = this.#sources;
    return ((record[base + UNTIL]! - at) | 0) > 0 ? record[base + TELLERS]! : 0;
  }

  /** @param until when its block ends, ms since the epoch; may be Infinity */
  note(address: Address, at: number, until: number, tellers: number): void {
    const before = this.tellers(address, at);
    this.#sources.touch(address.high, address.low, at, 0, true);
    const { record, base } = this.#sources;
    record[base + UNTIL] = Math.min(until, at + AGAIN_MS);
    record[base + TELLERS] = before | tellers;
  }

  /** A block was lifted: whoever it held is looked at again. */
  forget(target: Network): void {
    if (Network.counted(target.base).length === target.length) this.#sources.delete(target.base.high, target.base.low);
    else this.#sources = newTable();
  }

  expire(now: number): void {
    this.#sources.expire(now);
  }
}

function newTable(): BoundedTable {
  return new BoundedTable({ maxKeys: MAX_SOURCES, words: 2, horizonMs: AGAIN_MS });
}
