import { hash } from 'node:crypto';
import { BoundedMap } from '../../lib/bounded-map.ts';

/** A client repeats a request for 64 × T1 = 32 s, at most ten times (RFC 3261 sections 17.1.1.2 and 17.1.2.2). */
const RETRANSMIT_MS = 32_000;
const MAX_RETRANSMISSIONS = 10;

interface Seen {
  readonly firstAt: number;
  readonly times: number;
}

/**
 * Tells a retransmission from a new request: the same bytes from the same place. Not by the branch alone, because tools
 * that guess passwords send one branch for all of them; and not for ever, or a flood of one datagram would be one request.
 */
export class RecentRequests {
  readonly #seen: BoundedMap<string, Seen>;

  constructor(maxRequests = 10_000) {
    this.#seen = new BoundedMap(maxRequests);
  }

  /**
   * True if this was seen before and is but a repetition.
   * @param peer where it came from
   * @param what the bytes of a datagram, or what stands for a transaction
   */
  repeats(peer: string, what: Uint8Array | string, now: number): boolean {
    const key = keyOf(peer, what);
    const seen = this.#seen.get(key);
    const repeated = seen !== undefined && now - seen.firstAt <= RETRANSMIT_MS && seen.times <= MAX_RETRANSMISSIONS;
    this.#seen.set(key, repeated ? { firstAt: seen.firstAt, times: seen.times + 1 } : { firstAt: now, times: 1 });
    return repeated;
  }

  /** True if it was seen in the last 32 seconds. Changes nothing. */
  has(peer: string, what: Uint8Array | string, now: number): boolean {
    const seen = this.#seen.get(keyOf(peer, what));
    return seen !== undefined && now - seen.firstAt <= RETRANSMIT_MS;
  }
}

function keyOf(peer: string, what: Uint8Array | string): string {
  return `${peer} ${hash('sha1', what, 'base64')}`;
}
