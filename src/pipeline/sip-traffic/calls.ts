import { BoundedMap } from '../../lib/bounded-map.ts';
import { hostKey, type SipPath } from './sip-path.ts';
import type { Transaction } from './transactions.ts';

interface Call {
  readonly invite: Transaction;
  readonly answeredAt: number;
}

/** Calls that were answered, until they end. */
export class Calls {
  readonly #calls: BoundedMap<string, Call>;

  constructor(maxCalls: number) {
    this.#calls = new BoundedMap(maxCalls);
  }

  get evicted(): number {
    return this.#calls.evicted;
  }

  answered(invite: Transaction, at: number): void {
    this.#calls.set(keyOf(invite.request.callId, invite.path), { invite, answeredAt: at });
  }

  has(callId: string, path: SipPath): boolean {
    return this.#calls.get(keyOf(callId, path)) !== undefined;
  }

  /** Of a BYE by either side: the call's INVITE and how long the call was; undefined if there is none (any more). */
  ended(callId: string, path: SipPath): { readonly invite: Transaction; readonly durationMs: number } | undefined {
    const key = keyOf(callId, path);
    const call = this.#calls.get(key);
    if (call === undefined) return undefined;
    this.#calls.delete(key);
    return { invite: call.invite, durationMs: Math.max(0, path.at - call.answeredAt) };
  }
}

/** The same for both directions: a Call-ID alone could be somebody else's. */
function keyOf(callId: string, { source, destination }: SipPath): string {
  const [one, other] = [String(hostKey(source)), String(hostKey(destination))].sort();
  return `${one} ${other} ${callId}`;
}
