import { BoundedTable } from '../../lib/bounded-table.ts';
import type { Signal } from '../../pipeline/signal.ts';

export interface CountryPolicyOptions {
  /** Empty: all. */
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly quietMs: number;
  readonly maxSources: number;
}

/** Which countries may come in at all, and which sources were told of lately. */
export class CountryPolicy {
  readonly #allow: ReadonlySet<string>;
  readonly #deny: ReadonlySet<string>;
  readonly #quietMs: number;
  readonly #told: BoundedTable;

  constructor({ allow, deny, quietMs, maxSources }: CountryPolicyOptions) {
    this.#allow = new Set(allow);
    this.#deny = new Set(deny);
    this.#quietMs = quietMs;
    this.#told = new BoundedTable({ maxKeys: maxSources, words: 1, horizonMs: quietMs });
  }

  /** Without lists all may, and nobody's country need be looked up. */
  get hasLists(): boolean {
    return this.#allow.size > 0 || this.#deny.size > 0;
  }

  get size(): number {
    return this.#told.size;
  }

  get evicted(): number {
    return this.#told.evicted;
  }

  /** Why the country may not, in words; undefined if it may, or if the source was told of lately. */
  objection(country: string, { address: { high, low }, at }: Signal): string | undefined {
    const objection = this.#deny.has(country) ? 'denied' : this.#isForeign(country) ? 'not allowed' : undefined;
    if (objection === undefined) return undefined;
    const table = this.#told;
    if (table.peek(high, low) && ((at - (table.record[table.base] ?? 0)) | 0) < this.#quietMs) return undefined;
    table.touch(high, low, at, 0, true);
    table.record[table.base] = at;
    return objection;
  }

  expire(now: number): void {
    this.#told.expire(now);
  }

  #isForeign(country: string): boolean {
    return this.#allow.size > 0 && !this.#allow.has(country);
  }
}
