import { BoundedMap } from '../../lib/bounded-map.ts';
import type { Clock } from '../../lib/clock.ts';
import { type AccountEnforcer, type EnforcedAccount, isInForce, longer, type Repair } from '../enforcer.ts';

const MAX_ACCOUNTS = 10_000;

/** Remembers which accounts would be disabled. */
export class DryRunAccounts implements AccountEnforcer {
  readonly #clock: Clock;
  #entries = new BoundedMap<string, EnforcedAccount>(MAX_ACCOUNTS);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async start(accounts: readonly EnforcedAccount[]): Promise<void> {
    this.#entries = new BoundedMap(MAX_ACCOUNTS);
    await this.disable(accounts);
  }

  async disable(accounts: readonly EnforcedAccount[]): Promise<void> {
    const now = this.#clock();
    for (const account of accounts) {
      if (!isInForce(account, now)) continue;
      const known = this.#entries.get(account.aor);
      this.#entries.set(account.aor, known === undefined ? account : longer(known, account));
    }
  }

  async enable(aors: readonly string[]): Promise<void> {
    for (const aor of aors) this.#entries.delete(aor);
  }

  async check(aor: string): Promise<boolean> {
    const entry = this.#entries.get(aor);
    return entry !== undefined && isInForce(entry, this.#clock());
  }

  async list(): Promise<readonly EnforcedAccount[]> {
    const now = this.#clock();
    return [...this.#entries.entries()].map(([, entry]) => entry).filter((entry) => isInForce(entry, now));
  }

  async reconcile(accounts: readonly EnforcedAccount[]): Promise<Repair> {
    const now = this.#clock();
    const wanted = new Map(accounts.map((account) => [account.aor, account]));
    const surplus = (await this.list()).filter(({ aor }) => !wanted.has(aor));
    const missing = accounts.filter(
      (account) => isInForce(account, now) && this.#entries.get(account.aor)?.expiresAt !== account.expiresAt,
    );
    await this.enable([...surplus, ...missing].map(({ aor }) => aor));
    await this.disable(missing);
    return { added: missing.length, removed: surplus.length };
  }
}
