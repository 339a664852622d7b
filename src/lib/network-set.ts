import type { Address } from './address.ts';
import { Network } from './network.ts';

/** A set of networks that finds the longest one that holds an address: one look-up for each prefix length in use. */
export class NetworkSet<V = true> {
  /** By family and prefix length, longest first; then by the text of the base address. */
  readonly #byLength = new Map<
    string,
    { readonly family: 4 | 6; readonly length: number; readonly bases: Map<string, V> }
  >();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Replaces the value of an equal network. */
  set(network: Network, value: V): void {
    const key = `${network.family}/${network.length}`;
    let group = this.#byLength.get(key);
    if (group === undefined) {
      group = { family: network.family, length: network.length, bases: new Map() };
      this.#byLength.set(key, group);
    }
    if (!group.bases.has(network.base.text)) this.#size++;
    group.bases.set(network.base.text, value);
  }

  delete(network: Network): boolean {
    const key = `${network.family}/${network.length}`;
    const group = this.#byLength.get(key);
    if (group?.bases.delete(network.base.text) !== true) return false;
    if (group.bases.size === 0) this.#byLength.delete(key);
    this.#size--;
    return true;
  }

  /** The longest network that holds `address`, with its value. */
  match(address: Address): { readonly network: Network; readonly value: V } | undefined {
    let best: { readonly network: Network; readonly value: V } | undefined;
    for (const { family, length, bases } of this.#byLength.values()) {
      if (family !== address.family || length <= (best?.network.length ?? -1)) continue;
      const network = Network.of(address, length);
      const value = bases.get(network.base.text);
      if (value !== undefined) best = { network, value };
    }
    return best;
  }

  /** The value of exactly this network. */
  get(network: Network): V | undefined {
    return this.#byLength.get(`${network.family}/${network.length}`)?.bases.get(network.base.text);
  }
}
