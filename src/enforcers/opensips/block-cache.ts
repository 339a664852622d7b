import { z } from 'zod';
import { blockKey, blockTarget } from '../../lib/opensips/block-key.ts';
import { listCache } from '../../lib/opensips/cache-entries.ts';
import { type MiClient, MiRefusal } from '../../lib/opensips/mi-client.ts';
import type { Target } from '../../lib/target.ts';
import { type Enforced, isInForce } from '../enforcer.ts';

const COLLECTION = 'sipward_blocks';
const SYSTEM = `local:${COLLECTION}`;
/** Says that this very process of OpenSIPS was filled: gone after a restart. No key of a block looks like this. */
const FILLED_KEY = 'filled';

const fetched = z.object({ value: z.string() });

/** The blocks in OpenSIPS' `cachedb_local`: value is the end in milliseconds since the epoch, 0 for none. */
export class BlockCache {
  readonly #mi: MiClient;

  constructor(mi: MiClient) {
    this.#mi = mi;
  }

  async put(block: Enforced, now: number): Promise<void> {
    const { target, expiresAt } = block;
    const expire = expiresAt === undefined ? {} : { expire: Math.max(1, Math.ceil((expiresAt - now) / 1000)) };
    const entry = { system: SYSTEM, attr: blockKey(target), value: String(expiresAt ?? 0) };
    await this.#mi.call('cache-store', { ...entry, ...expire });
  }

  async delete(target: Target): Promise<void> {
    await this.#mi.call('cache-remove', { system: SYSTEM, attr: blockKey(target) });
  }

  async has(target: Target, now: number): Promise<boolean> {
    const value = await this.#fetch(blockKey(target));
    return value !== undefined && isInForce(enforced(target, value), now);
  }

  async list(now: number): Promise<readonly Enforced[]> {
    const entries = await listCache(this.#mi, COLLECTION);
    return entries.flatMap(({ name, value }) => {
      const target = blockTarget(name);
      const block = target === undefined ? undefined : enforced(target, value);
      return block !== undefined && isInForce(block, now) ? [block] : [];
    });
  }

  /** Whether OpenSIPS still is the process that was filled. */
  async isFilled(): Promise<boolean> {
    return (await this.#fetch(FILLED_KEY)) !== undefined;
  }

  async markFilled(): Promise<void> {
    await this.#mi.call('cache-store', { system: SYSTEM, attr: FILLED_KEY, value: '1' });
  }

  async #fetch(key: string): Promise<string | undefined> {
    try {
      return fetched.parse(await this.#mi.call('cache-fetch', { system: SYSTEM, attr: key })).value;
    } catch (error) {
      // OpenSIPS says "Value not found" with the code of a bad request.
      if (error instanceof MiRefusal && error.code === 400) return undefined;
      throw error;
    }
  }
}

function enforced(target: Target, value: string): Enforced {
  return { target, expiresAt: value === '0' ? undefined : Number(value) };
}
