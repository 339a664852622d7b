import { BoundedMap } from '../lib/bounded-map.ts';

/** Who may send at all is configured; more than these would be a mistake. */
const MAX_SENDERS = 64;

/** How much came of each sender, by its address: whether one of several has gone. */
export class SenderCounts {
  readonly #counts = new BoundedMap<string, number>(MAX_SENDERS);

  add(sender: string, count: number): void {
    this.#counts.set(sender, (this.#counts.get(sender) ?? 0) + count);
  }

  all(): ReadonlyMap<string, number> {
    return new Map(this.#counts.entries());
  }
}
