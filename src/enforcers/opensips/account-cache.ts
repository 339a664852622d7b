import { z } from 'zod';
import { accountKeys } from '../../lib/opensips/account-key.ts';
import {
  DISABLED_COLLECTION,
  formatDisabled,
  listDisabled,
  parseDisabled,
} from '../../lib/opensips/disabled-entries.ts';
import { type MiClient, MiRefusal } from '../../lib/opensips/mi-client.ts';
import { type EnforcedAccount, isInForce, longer } from '../enforcer.ts';

const SYSTEM = `local:${DISABLED_COLLECTION}`;

const fetched = z.object({ value: z.string() });

/** The entries that keep these accounts from calling. Of accounts that share a user, the one that ends last has its key. */
export function accountEntries(accounts: Iterable<EnforcedAccount>): ReadonlyMap<string, EnforcedAccount> {
  const entries = new Map<string, EnforcedAccount>();
  for (const account of accounts) {
    for (const key of accountKeys(account.aor)) {
      const known = entries.get(key);
      entries.set(key, known === undefined ? account : longer(known, account));
    }
  }
  return entries;
}

/** Disabled accounts in OpenSIPS' `cachedb_local`. */
export class AccountCache {
  readonly #mi: MiClient;

  constructor(mi: MiClient) {
    this.#mi = mi;
  }

  async put(key: string, account: EnforcedAccount, now: number): Promise<void> {
    const { expiresAt } = account;
    const expire = expiresAt === undefined ? {} : { expire: Math.max(1, Math.ceil((expiresAt - now) / 1000)) };
    await this.#mi.call('cache-store', { system: SYSTEM, attr: key, value: formatDisabled(account), ...expire });
  }

  async delete(key: string): Promise<void> {
    await this.#mi.call('cache-remove', { system: SYSTEM, attr: key });
  }

  async has(aor: string, now: number): Promise<boolean> {
    try {
      const answer = await this.#mi.call('cache-fetch', { system: SYSTEM, attr: accountKeys(aor)[0] });
      const account = parseDisabled(fetched.parse(answer).value);
      return account !== undefined && isInForce(account, now);
    } catch (error) {
      // OpenSIPS says "Value not found" with the code of a bad request.
      if (error instanceof MiRefusal && error.code === 400) return false;
      throw error;
    }
  }

  /** All entries by key, those that are over as well. */
  list(): Promise<ReadonlyMap<string, EnforcedAccount>> {
    return listDisabled(this.#mi);
  }
}
