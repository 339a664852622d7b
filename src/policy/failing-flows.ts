import { BoundedMap } from '../lib/bounded-map.ts';
import type { Flow } from '../lib/flow.ts';
import { flowOf } from '../pipeline/flow-of.ts';
import type { Signal } from '../pipeline/signal.ts';
import { type FlowKey, flowKey } from './client.ts';
import { HASTIEST, KEEP_MS, MAX_NAME, STRETCH_MS } from './failing-accounts.ts';

/** One flow that fails. */
export interface FailingFlow {
  readonly key: FlowKey;
  readonly flow: Flow;
  /** Accounts tried in it that never registered at the address: the first few. */
  readonly strangers: Set<string>;
  lastAt: number;
  /** When the current stretch began, attempts in it, and how many of them at strangers' accounts. */
  since: number;
  count: number;
  strange: number;
}

/** More than an office has phones that fail at the same time, and few for whoever takes a new port for each request. */
const MAX_FLOWS = 32;
const MAX_STRANGERS = 8;

/**
 * The flows that what fails behind one known address comes in. Only what is proven counts: whoever forges an address
 * forges ports as well.
 */
export class FailingFlows {
  readonly #flows = new BoundedMap<FlowKey, FailingFlow>(MAX_FLOWS);
  /** The flow of the last attempt; undefined if the input does not tell, or nothing proves it. */
  #latest: FailingFlow | undefined;

  get latest(): FailingFlow | undefined {
    return this.#latest;
  }

  /** @param isStranger the account never registered at the address */
  note(account: string, signal: Signal, isStranger: boolean): void {
    const key = signal.proven === 'no' ? 0 : flowKey(signal);
    this.#latest = key === 0 ? undefined : (this.#flows.get(key) ?? begun(key, signal));
    const one = this.#latest;
    if (one === undefined) return;
    if (signal.at - one.since >= STRETCH_MS) Object.assign(one, { since: signal.at, count: 0, strange: 0 });
    one.lastAt = signal.at;
    one.count += signal.count;
    if (isStranger) {
      one.strange += signal.count;
      if (one.strangers.size < MAX_STRANGERS) one.strangers.add(account.slice(0, MAX_NAME));
    }
    this.#flows.set(key, one);
  }

  /** Those that do not fail as a device does with an account that belongs there; the one that tries most accounts first. */
  attacking(at: number): readonly FailingFlow[] {
    return [...this.#flows.entries()]
      .map(([, one]) => one)
      .filter(({ lastAt, strangers, count }) => at - lastAt <= KEEP_MS && (strangers.size > 0 || count > HASTIEST))
      .sort((a, b) => b.strangers.size - a.strangers.size || b.count - a.count);
  }

  /** @returns how many are left */
  expire(now: number): number {
    this.#flows.expire(({ lastAt }) => now - lastAt > KEEP_MS);
    return this.#flows.size;
  }
}

function begun(key: FlowKey, signal: Signal): FailingFlow | undefined {
  const flow = flowOf(signal);
  const { at } = signal;
  return flow && { key, flow, strangers: new Set(), lastAt: at, since: at, count: 0, strange: 0 };
}
