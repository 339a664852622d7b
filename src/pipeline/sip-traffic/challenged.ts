import { BoundedMap } from '../../lib/bounded-map.ts';
import type { RequestFields } from './describe-request.ts';
import { hostKey } from './sip-path.ts';
import type { Transaction } from './transactions.ts';

/** Requests that were challenged, or may have been out of sight, and have not come again with credentials. */
export class Challenged {
  readonly #waiting: BoundedMap<string, { readonly request: Transaction; readonly at: number }>;
  readonly #patienceMs: number;

  constructor(maxWaiting: number, patienceMs: number) {
    this.#waiting = new BoundedMap(maxWaiting);
    this.#patienceMs = patienceMs;
  }

  get evicted(): number {
    return this.#waiting.evicted;
  }

  add(request: Transaction, at: number): void {
    this.#waiting.set(keyOf(request.request), { request, at });
  }

  /** Notes a request with credentials: it answers the challenge of its like (same source, same Call-ID). */
  answer(request: Transaction): void {
    this.#waiting.delete(keyOf(request.request));
  }

  /** Notes a request that is sent again: nobody has answered it, so if no challenge was seen, there is none. */
  repeat(request: RequestFields): void {
    const key = keyOf(request);
    if (this.#waiting.get(key)?.request.status === 0) this.#waiting.delete(key);
  }

  /** Those whose challenge has not been answered in time. */
  expire(now: number): Transaction[] {
    return this.#waiting.expireOldest(({ at }) => now - at >= this.#patienceMs).map(({ request }) => request);
  }
}

function keyOf({ address, callId }: RequestFields): string {
  return `${hostKey(address)} ${callId}`;
}
