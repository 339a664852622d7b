import type { Address } from '../../lib/address.ts';
import { BoundedTable, type TableSnapshot } from '../../lib/bounded-table.ts';
import { addDistinct, countDistinct, DISTINCT_WORDS } from '../../lib/distinct.ts';
import { mix } from '../../lib/text-hash.ts';
import { accountHash } from '../../pipeline/account-hash.ts';
import type { Signal } from '../../pipeline/signal.ts';
import { addSource, countSources, SOURCE_RING_WORDS, sourceTexts } from './source-ring.ts';

/** The group that an address is counted in, as a key of two words; undefined if it is not known. */
export type GroupOf = (address: Address) => { readonly high: number; readonly low: number } | undefined;

export interface NetworkWatchOptions {
  readonly groupOf: GroupOf;
  readonly sources: number;
  readonly maxSuccessRate: number;
  readonly windowMs: number;
  readonly maxNetworks: number;
  /** An attack that goes on is told again after this. */
  readonly againMs: number;
}

export interface NetworkNews {
  readonly count: number;
  /** How many got in meanwhile, with accounts of their own. */
  readonly succeeded: number;
  readonly sources: readonly string[];
  /** Enough of them cannot be forged. */
  readonly trusted: boolean;
  /** Enough of these were seen where customers would be seen, too. */
  readonly showsCustomers: boolean;
}

/** Places in a record: the sources that fail, how many get in, with how many accounts, when it was last found (0: never). */
const FAILED = 0;
const SUCCEEDED = SOURCE_RING_WORDS;
const ACCOUNTS = SUCCEEDED + DISTINCT_WORDS;
const FOUND = ACCOUNTS + DISTINCT_WORDS;

/**
 * Sums up the sources of a network that fail, against those that get in: a provider has a few bad phones, too. One account
 * that gets in from everywhere is one customer: who has one of his own, or stole one, would else hide a network behind it.
 */
export class NetworkWatch {
  readonly #options: NetworkWatchOptions;
  readonly #networks: BoundedTable;

  constructor(options: NetworkWatchOptions) {
    this.#options = { ...options };
    this.#networks = new BoundedTable({
      maxKeys: options.maxNetworks,
      words: FOUND + 1,
      horizonMs: options.windowMs,
    });
  }

  get size(): number {
    return this.#networks.size;
  }

  get evicted(): number {
    return this.#networks.evicted;
  }

  succeeded(signal: Signal): void {
    const { address, at } = signal;
    const group = this.#options.groupOf(address);
    if (group === undefined || !this.#networks.touch(group.high, group.low, at, 0)) return;
    const { record, base } = this.#networks;
    const { windowMs } = this.#options;
    addDistinct(record, base + SUCCEEDED, at, windowMs, mix(address.low));
    addDistinct(record, base + ACCOUNTS, at, windowMs, accountHash(signal));
  }

  /** @param isBlind whether the sensor does not show who gets in */
  failed({ address, at, proven }: Signal, isBlind: boolean): NetworkNews | undefined {
    const group = this.#options.groupOf(address);
    if (group === undefined || !this.#networks.touch(group.high, group.low, at, 0)) return undefined;
    const { record, base } = this.#networks;
    const isNew = addSource(record, base + FAILED, {
      high: address.high,
      low: address.low,
      at,
      unproven: proven === 'no',
      blind: isBlind,
    });
    const foundAt = record[base + FOUND] ?? 0;
    // Nothing new and never found, so nothing to count: the common case by far. Told a short while ago: nothing to say.
    if (foundAt === 0 ? !isNew : ((at - foundAt) | 0) < this.#options.againMs) return undefined;
    return this.#judge(record, base, at);
  }

  snapshot(): TableSnapshot {
    return this.#networks.snapshot();
  }

  restore(snapshot: TableSnapshot): boolean {
    return this.#networks.restore(snapshot);
  }

  expire(now: number): void {
    this.#networks.expire(now);
  }

  #judge(record: Uint32Array, base: number, at: number): NetworkNews | undefined {
    const { sources, windowMs, maxSuccessRate } = this.#options;
    const { all: count, trusted, sighted } = countSources(record, base + FAILED, at, windowMs);
    if (count < sources) return undefined;
    const [addresses, accounts] = [SUCCEEDED, ACCOUNTS].map((what) => countDistinct(record, base + what, at, windowMs));
    const succeeded = Math.min(addresses!, accounts!);
    if (succeeded / (succeeded + count) > maxSuccessRate) return undefined;
    record[base + FOUND] = at | 1;
    return {
      count,
      succeeded,
      sources: sourceTexts(record, base + FAILED, at, windowMs),
      trusted: trusted >= sources,
      showsCustomers: sighted >= sources,
    };
  }
}

/** IPv4 by /24, IPv6 by /48: what one customer of a hosting company can have for the asking. */
export function networkGroup({ family, high, low }: Address): { readonly high: number; readonly low: number } {
  return { high, low: (low & (family === 4 ? 0xffffff00 : 0xffff0000)) >>> 0 };
}

export const NETWORK_LENGTHS = { 4: 24, 6: 48 } as const;
