import { BoundedMap } from '../lib/bounded-map.ts';
import { isCredentialFailure } from '../pipeline/failure.ts';
import type { Signal } from '../pipeline/signal.ts';

interface FailingAccount {
  readonly userAgent: string;
  readonly lastAt: number;
  /** When the current stretch began, and failed credentials in it. */
  readonly since: number;
  readonly count: number;
}

/** An account that has been quiet for this long does not fail any more. */
const KEEP_MS = 3_600_000;
const STRETCH_MS = 300_000;
/** A phone that tries again every ten seconds is as hasty as phones get; two on one account are allowed for. */
const HASTIEST = 60;
const MAX_ACCOUNTS = 64;
/** Accounts and user agents are the sender's text: short copies are kept. */
const MAX_NAME = 80;

/** The accounts that fail behind one known address: few in the way of a device, or many in the way of a tool. */
export class FailingAccounts {
  readonly #accounts = new BoundedMap<string, FailingAccount>(MAX_ACCOUNTS);
  /** Accounts beyond those remembered have failed as well. */
  #overflowAt = Number.NEGATIVE_INFINITY;

  note(account: string, signal: Signal): void {
    const known = this.#accounts.get(account);
    const same = known !== undefined && signal.at - known.since < STRETCH_MS;
    const counted = isCredentialFailure(signal) ? signal.count : 0;
    if (known === undefined && this.#accounts.size >= MAX_ACCOUNTS) this.#overflowAt = signal.at;
    this.#accounts.set(account, {
      userAgent: known?.userAgent ?? signal.userAgent.slice(0, MAX_NAME),
      lastAt: signal.at,
      since: same ? known.since : signal.at,
      count: counted + (same ? known.count : 0),
    });
  }

  succeeded(account: string): void {
    this.#accounts.delete(account);
  }

  /** @returns how many are left */
  expire(now: number): number {
    this.#accounts.expire(({ lastAt }) => now - lastAt > KEEP_MS);
    return this.#accounts.size;
  }

  names(): string[] {
    return [...this.#accounts.entries()].map(([account]) => account);
  }

  userAgents(): string[] {
    const agents = [...this.#accounts.entries()].map(([, { userAgent }]) => userAgent);
    return [...new Set(agents)].filter((agent) => agent !== '');
  }

  /** Whether devices fail so: none of the accounts hastily, and no more accounts than can be remembered. */
  isUnhurried(at: number): boolean {
    if (at - this.#overflowAt < KEEP_MS) return false;
    return [...this.#accounts.entries()].every(([, { count, since }]) => at - since >= STRETCH_MS || count <= HASTIEST);
  }
}
