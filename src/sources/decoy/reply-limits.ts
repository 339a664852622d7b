import type { Address } from '../../lib/address.ts';
import { BoundedMap } from '../../lib/bounded-map.ts';

interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

/** How many replies a source (an IPv4 address, an IPv6 /64) may draw: so many a second, twice that in a burst. */
export class ReplyLimits {
  readonly #perSecond: number;
  readonly #buckets: BoundedMap<string, Bucket>;
  #refused = 0;

  constructor(perSecond: number, maxSources = 10_000) {
    this.#perSecond = perSecond;
    this.#buckets = new BoundedMap(maxSources);
  }

  /** Replies not sent. */
  get refused(): number {
    return this.#refused;
  }

  /** Takes one reply for this source; false if it has had enough. */
  take(address: Address, now: number): boolean {
    const key = address.countedText;
    const burst = 2 * this.#perSecond;
    const bucket = this.#buckets.get(key) ?? { tokens: burst, at: now };
    const refill = (Math.max(0, now - bucket.at) / 1000) * this.#perSecond;
    const tokens = Math.min(burst, bucket.tokens + refill);
    this.#buckets.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: Math.max(now, bucket.at) });
    if (tokens >= 1) return true;
    this.#refused++;
    return false;
  }
}
