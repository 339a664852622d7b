import type { Address } from '../../lib/address.ts';
import { BoundedMap } from '../../lib/bounded-map.ts';
import { BoundedTable, type TableSnapshot } from '../../lib/bounded-table.ts';
import { mix } from '../../lib/text-hash.ts';
import { accountHash } from '../../pipeline/account-hash.ts';
import { aorOf } from '../../pipeline/aor.ts';
import type { Signal } from '../../pipeline/signal.ts';

/** Sources remembered for one account: as many as `attacking-sources` can ask for. */
const MAX_SOURCES = 32;
const REFRESH_MS = 60_000;

/** The failures of one source (by its counting key) at one account, with when the last few were, the latest last. */
interface Attempts {
  readonly high: number;
  readonly low: number;
  readonly times: number[];
}

/** The failures at one account. */
export interface Guesses {
  readonly firstAt: number;
  lastAt: number;
  count: number;
  /** The one entered longest ago first. */
  readonly sources: Attempts[];
}

export interface GuessSnapshot {
  readonly accounts: readonly (readonly [account: string, guesses: Guesses])[];
  readonly once: TableSnapshot;
}

export interface GuessBookOptions {
  readonly maxAccounts: number;
  readonly windowMs: number;
  /** Times kept of each source. */
  readonly times: number;
}

/**
 * Who failed at which account, since nobody failed there for `windowMs`. The first failure at an account costs 16 bytes:
 * names that are tried once, from forged addresses even, fill no memory and push nobody out.
 */
export class GuessBook {
  readonly #options: GuessBookOptions;
  readonly #accounts: BoundedMap<string, Guesses>;
  /** Accounts with a failure, by hash; the tag is the source's. */
  readonly #once: BoundedTable;

  constructor(options: GuessBookOptions) {
    this.#options = { ...options };
    this.#accounts = new BoundedMap(options.maxAccounts);
    this.#once = new BoundedTable({ maxKeys: options.maxAccounts * 4, words: 0, horizonMs: options.windowMs });
  }

  get size(): number {
    return this.#accounts.size + this.#once.size;
  }

  get evicted(): number {
    return this.#accounts.evicted + this.#once.evicted;
  }

  failed(signal: Signal): void {
    const { at, count, address } = signal;
    const hash = accountHash(signal);
    const source = mix(address.low ^ address.high) >>> 2;
    const isKnown = this.#once.touch(hash, mix(hash ^ 0x5bd1e995), at, source, count > 1);
    const { firstTag, firstAt } = this.#once;
    if (!isKnown) return;
    const account = aorOf(signal);
    const known = this.get(account, at);
    const guesses = known ?? { firstAt: at, lastAt: at, count: 0, sources: [] };
    // Moved to the young end now and then: not for every failure, for that is what costs.
    if (known === undefined || at - known.lastAt > REFRESH_MS) this.#accounts.set(account, guesses);
    if (firstTag >= 0) {
      guesses.count++;
      if (firstTag === source) this.#noteSource(guesses, address, firstAt, 1);
    }
    guesses.lastAt = at;
    guesses.count += count;
    this.#noteSource(guesses, address, at, count);
  }

  get(account: string, at: number): Guesses | undefined {
    const guesses = this.#accounts.get(account);
    return guesses === undefined || at - guesses.lastAt > this.#options.windowMs ? undefined : guesses;
  }

  forget(signal: Signal): void {
    const hash = accountHash(signal);
    this.#accounts.delete(aorOf(signal));
    this.#once.delete(hash, mix(hash ^ 0x5bd1e995));
  }

  expire(now: number): void {
    this.#accounts.expire(({ lastAt }) => now - lastAt > this.#options.windowMs);
    this.#once.expire(now);
  }

  snapshot(): GuessSnapshot {
    return { accounts: [...this.#accounts.entries()], once: this.#once.snapshot() };
  }

  restore({ accounts, once }: GuessSnapshot): boolean {
    if (!this.#once.restore(once)) return false;
    for (const [account, guesses] of accounts) this.#accounts.set(account, guesses);
    return true;
  }

  #noteSource({ sources }: Guesses, address: Address, at: number, count: number): void {
    const times = attemptsOf(sources, address)?.times ?? [];
    if (times.length === 0) sources.push({ high: address.high, low: address.low, times });
    if (sources.length > MAX_SOURCES) sources.shift();
    for (let i = Math.min(count, this.#options.times); i > 0; i--) {
      times.push(at);
      if (times.length > this.#options.times) times.shift();
    }
  }
}

export function attemptsOf(sources: readonly Attempts[], { high, low }: Address): Attempts | undefined {
  return sources.find((one) => one.low === low && one.high === high);
}

/** Whether the source's last `guesses` failures and its success at `at` lie within `ms`. */
export function isFast(found: Guesses, source: Address, at: number, guesses: number, ms: number): boolean {
  const first = attemptsOf(found.sources, source)?.times.at(-guesses);
  return first !== undefined && at - first <= ms;
}
