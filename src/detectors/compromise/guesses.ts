import { BoundedMap } from '../../lib/bounded-map.ts';
import type { Signal } from '../../pipeline/signal.ts';

/** Sources remembered for one account: more than `attacking-sources` can ask for. */
const MAX_SOURCES = 32;

/** The failures of one source at one account: how many, and when the last few were, the latest last. */
interface Attempts {
  count: number;
  readonly times: number[];
}

/** The failures at one account. */
export interface Guesses {
  readonly firstAt: number;
  lastAt: number;
  count: number;
  readonly sources: Map<string, Attempts>;
}

export interface GuessBookOptions {
  readonly maxAccounts: number;
  readonly windowMs: number;
  /** Times kept of each source. */
  readonly times: number;
}

/** Who failed at which account, since nobody failed there for `windowMs`. */
export class GuessBook {
  readonly #options: GuessBookOptions;
  readonly #accounts: BoundedMap<string, Guesses>;

  constructor(options: GuessBookOptions) {
    this.#options = { ...options };
    this.#accounts = new BoundedMap(options.maxAccounts);
  }

  get size(): number {
    return this.#accounts.size;
  }

  get evicted(): number {
    return this.#accounts.evicted;
  }

  failed(account: string, { at, count, address }: Signal): void {
    const known = this.get(account, at);
    const guesses = known ?? { firstAt: at, lastAt: at, count: 0, sources: new Map<string, Attempts>() };
    guesses.lastAt = at;
    guesses.count += count;
    this.#noteSource(guesses, address.countedText, at, count);
    this.#accounts.set(account, guesses);
  }

  get(account: string, at: number): Guesses | undefined {
    const guesses = this.#accounts.get(account);
    return guesses === undefined || at - guesses.lastAt > this.#options.windowMs ? undefined : guesses;
  }

  forget(account: string): void {
    this.#accounts.delete(account);
  }

  expire(now: number): void {
    this.#accounts.expire(({ lastAt }) => now - lastAt > this.#options.windowMs);
  }

  #noteSource({ sources }: Guesses, source: string, at: number, count: number): void {
    const attempts = sources.get(source) ?? { count: 0, times: [] };
    attempts.count += count;
    for (let i = Math.min(count, this.#options.times); i > 0; i--) attempts.times.push(at);
    attempts.times.splice(0, attempts.times.length - this.#options.times);
    sources.delete(source);
    sources.set(source, attempts);
    if (sources.size <= MAX_SOURCES) return;
    const [oldest = ''] = sources.keys();
    sources.delete(oldest);
  }
}

/** Whether the source's last `guesses` failures and its success at `at` lie within `ms`. */
export function isFast(found: Guesses, source: string, at: number, guesses: number, ms: number): boolean {
  const times = found.sources.get(source)?.times ?? [];
  const first = times.at(-guesses);
  return first !== undefined && at - first <= ms;
}
