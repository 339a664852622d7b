import type { Clock } from '../../lib/clock.ts';
import type { MiClient } from '../../lib/opensips/mi-client.ts';
import { Turns } from '../../lib/turns.ts';
import { type AccountEnforcer, type EnforcedAccount, isInForce, longer, type Repair } from '../enforcer.ts';
import { AccountCache, accountEntries } from './account-cache.ts';
import { CallEnder } from './calls.ts';

/** OpenSIPS counts whole seconds: of what ends within this time it may hold more or less than it should. */
const END_TOLERANCE_MS = 2_000;

/**
 * Keeps accounts from calling, in OpenSIPS' own memory. The book says which; each change, and each reconciliation,
 * compares it with all that OpenSIPS holds, which is one question: disabled accounts are few.
 */
export class OpensipsAccounts implements AccountEnforcer {
  readonly #cache: AccountCache;
  readonly #ender: CallEnder;
  readonly #clock: Clock;
  readonly #writing = new Turns();
  /** By account. Bounded by the accounts disabled now: those whose time is up are forgotten by `reconcile`. */
  #book = new Map<string, EnforcedAccount>();

  constructor(mi: MiClient, { clock, onFault }: { readonly clock: Clock; readonly onFault: (error: Error) => void }) {
    this.#cache = new AccountCache(mi);
    this.#ender = new CallEnder(mi, onFault);
    this.#clock = clock;
  }

  async start(accounts: readonly EnforcedAccount[]): Promise<void> {
    this.#book = new Map(accounts.map((account) => [account.aor, account]));
    await this.#write();
  }

  async disable(accounts: readonly EnforcedAccount[]): Promise<void> {
    for (const account of accounts) {
      const known = this.#book.get(account.aor);
      this.#book.set(account.aor, known === undefined ? account : longer(known, account));
    }
    await this.#write();
    this.#ender.end(accounts.map(({ aor }) => aor));
  }

  async enable(aors: readonly string[]): Promise<void> {
    for (const aor of aors) this.#book.delete(aor);
    await this.#write();
  }

  check(aor: string): Promise<boolean> {
    return this.#cache.has(aor, this.#clock());
  }

  async list(): Promise<readonly EnforcedAccount[]> {
    return distinct((await this.#cache.list()).values()).filter((account) => isInForce(account, this.#clock()));
  }

  async reconcile(accounts: readonly EnforcedAccount[]): Promise<Repair> {
    this.#book = new Map(accounts.map((account) => [account.aor, account]));
    return this.#write(END_TOLERANCE_MS);
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await this.#ender.settled();
    await this.#writing.take(async () => {});
  }

  /** OpenSIPS comes to hold what the book says. @param toleranceMs what ends within this time is left alone */
  #write(toleranceMs = 0): Promise<Repair> {
    return this.#writing.take(async () => {
      const held = await this.#cache.list();
      const now = this.#clock();
      const lasts = (account: EnforcedAccount) => isInForce(account, now + toleranceMs);
      const wanted = accountEntries([...this.#book.values()].filter((account) => isInForce(account, now)));
      const missing = [...wanted].filter(([key, account]) => lasts(account) && !isSame(account, held.get(key)));
      const surplus = new Map([...held].filter(([key, account]) => lasts(account) && !wanted.has(key)));
      for (const [key, account] of missing) await this.#cache.put(key, account, now);
      for (const [key] of surplus) await this.#cache.delete(key);
      return { added: distinct(missing.map(([, one]) => one)).length, removed: distinct(surplus.values()).length };
    });
  }
}

function isSame(wanted: EnforcedAccount, held: EnforcedAccount | undefined): boolean {
  return held !== undefined && held.aor === wanted.aor && held.expiresAt === wanted.expiresAt;
}

/** Each account once. */
function distinct(accounts: Iterable<EnforcedAccount>): EnforcedAccount[] {
  return [...new Map([...accounts].map((account) => [account.aor, account])).values()];
}
