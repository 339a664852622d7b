import type { Network } from '../lib/network.ts';
import { NetworkSet } from '../lib/network-set.ts';

/** Who is never blocked, with where each entry comes from, in words. */
export type AllowlistEntry = readonly [network: Network, origin: string];

export class Allowlist {
  readonly #set = new NetworkSet<string>();
  readonly #entries: readonly AllowlistEntry[];

  constructor(entries: readonly AllowlistEntry[]) {
    this.#entries = [...entries];
    for (const [network, origin] of entries) this.#set.set(network, origin);
  }

  /** The entry that a block of `target` would hit, wholly or in part. */
  match(target: Network): { readonly network: Network; readonly value: string } | undefined {
    const holding = this.#set.match(target.base);
    if (holding !== undefined || target.isSingle) return holding;
    const inside = this.#entries.find(([network]) => network.overlaps(target));
    return inside === undefined ? undefined : { network: inside[0], value: inside[1] };
  }
}
