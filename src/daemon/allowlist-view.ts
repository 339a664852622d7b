import { Network } from '../lib/network.ts';
import type { OperationsContext } from './operations-context.ts';

export interface AllowMatch {
  readonly target: string;
  readonly description: string;
}

interface Entry extends AllowMatch {
  readonly network: Network;
}

/** Everybody who is never blocked, at one moment: the stored list, the host itself and the configuration. */
export class AllowlistView {
  readonly #entries: readonly Entry[];

  constructor(entries: readonly Entry[]) {
    this.#entries = entries;
  }

  static async read(context: OperationsContext): Promise<AllowlistView> {
    const stored = await context.store.allowlist();
    const entries = stored.flatMap(({ target, description }) => {
      const network = Network.parse(target);
      return network === undefined ? [] : [{ network, target, description }];
    });
    const implied = context.implied().map(({ network, description }) => ({
      network,
      target: network.text,
      description,
    }));
    return new AllowlistView([...entries, ...implied]);
  }

  /** Entries that hold all of `network`. */
  covering(network: Network): readonly AllowMatch[] {
    return this.#entries.filter((entry) => covers(entry.network, network)).map(plain);
  }

  /** Entries that hold a part of `network` but not all of it. */
  inside(network: Network): readonly AllowMatch[] {
    return this.#entries
      .filter((entry) => entry.network.overlaps(network) && !covers(entry.network, network))
      .map(plain);
  }
}

/** Whether every address of `inner` is in `outer`. */
export function covers(outer: Network, inner: Network): boolean {
  return outer.length <= inner.length && outer.contains(inner.base);
}

function plain({ target, description }: Entry): AllowMatch {
  return { target, description };
}

export function matchText({ target, description }: AllowMatch): string {
  return description === '' ? target : `${target} (${description})`;
}
