import type { Address } from '../lib/address.ts';
import type { Network } from '../lib/network.ts';
import { NetworkSet } from '../lib/network-set.ts';
import { touchesSpecial } from '../lib/special-networks.ts';
import type { Listing, Listings } from '../pipeline/intel.ts';

/** No list speaks for more of the internet than this at once. */
const WIDEST = { 4: 16, 6: 32 } as const;

export interface ReputationBookOptions {
  readonly maxEntries: number;
  /** Who is never listed, whatever a feed says: own hosts, trunks, the allowlist. */
  readonly isExempt: (network: Network) => boolean;
}

/** What became of entries that a feed gave. */
export interface Added {
  readonly added: number;
  /** Private, reserved, own, allowlisted, or too wide. */
  readonly refused: number;
  /** Not taken because the book was full. */
  readonly overflow: number;
}

/** The addresses that feeds name, each with its end. A feed only ever adds here; what it means is for detectors to say. */
export class ReputationBook implements Listings {
  readonly #options: ReputationBookOptions;
  readonly #entries = new Map<string, Listing & { readonly network: Network }>();
  readonly #networks = new NetworkSet<Listing>();

  constructor(options: ReputationBookOptions) {
    this.#options = { ...options };
  }

  get size(): number {
    return this.#entries.size;
  }

  add(networks: readonly Network[], listing: Listing): Added {
    const counts = { added: 0, refused: 0, overflow: 0 };
    for (const network of networks) counts[this.#addOne(network, listing)]++;
    return counts;
  }

  /** Replaces all that a list had: for feeds that are whole each time. */
  replace(networks: readonly Network[], listing: Listing): Added {
    this.#forget(({ list }) => list === listing.list);
    return this.add(networks, listing);
  }

  listing(address: Address, at: number): Listing | undefined {
    if (this.#networks.size === 0) return undefined;
    const found = this.#networks.match(address);
    return found === undefined || found.value.until <= at || this.#options.isExempt(found.network)
      ? undefined
      : found.value;
  }

  /** The entries of a list, with when each runs out. */
  entriesOf(list: string): readonly (readonly [network: string, until: number])[] {
    return [...this.#entries].filter(([, entry]) => entry.list === list).map(([text, { until }]) => [text, until]);
  }

  expire(now: number): void {
    this.#forget(({ until }) => until <= now);
  }

  #addOne(network: Network, listing: Listing): keyof Added {
    const isTooWide = network.length < WIDEST[network.family];
    if (isTooWide || touchesSpecial(network) || this.#options.isExempt(network)) return 'refused';
    const known = this.#entries.get(network.text);
    if (known === undefined && this.#entries.size >= this.#options.maxEntries) return 'overflow';
    if (known !== undefined && known.until > listing.until) return 'added';
    this.#entries.set(network.text, { ...listing, network });
    this.#networks.set(network, listing);
    return 'added';
  }

  #forget(isOver: (entry: Listing) => boolean): void {
    for (const [text, entry] of this.#entries) {
      if (!isOver(entry)) continue;
      this.#entries.delete(text);
      this.#networks.delete(entry.network);
    }
  }
}
