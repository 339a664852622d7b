import { BoundedMap } from '../lib/bounded-map.ts';
import { isCredentialFailure } from '../pipeline/failure.ts';
import type { Signal } from '../pipeline/signal.ts';

interface FailingAccount {
  readonly userAgent: string;
  readonly lastAt: number;
  /** When the current stretch began, and failed credentials in it. */
  readonly since: number;
  readonly count: number;
  /** How many of them others cannot have sent, and when the last such attempt was. */
  readonly trusted: number;
  readonly trustedAt: number;
}

/** More accounts than are remembered were tried within this. */
export const KEEP_MS = 3_600_000;
/** An account that has been quiet for this long does not fail any more: who takes another each hour is no device. */
const FORGET_MS = 86_400_000;
export const STRETCH_MS = 300_000;
/** A phone that tries again every ten seconds is as hasty as phones get; two on one account are allowed for. */
export const HASTIEST = 60;
const MAX_ACCOUNTS = 64;
/** Accounts and user agents are the sender's text: short copies are kept. */
export const MAX_NAME = 80;

/**
 * The accounts that fail behind one known address: few in the way of a device, or many in the way of a tool. What others may
 * have sent in its name is told apart, so that nobody makes a tool of a device by a few forged packets.
 */
export class FailingAccounts {
  readonly #accounts = new BoundedMap<string, FailingAccount>(MAX_ACCOUNTS);
  /** Accounts beyond those remembered have failed as well; and those that others may have tried. */
  #overflowAt = Number.NEGATIVE_INFINITY;
  #forgeableOverflowAt = Number.NEGATIVE_INFINITY;

  note(account: string, signal: Signal): void {
    const known = this.#accounts.get(account);
    const same = known !== undefined && signal.at - known.since < STRETCH_MS;
    const counted = isCredentialFailure(signal) ? signal.count : 0;
    const trusted = signal.proven === 'no' ? 0 : 1;
    if (known === undefined && !this.#hasPlace(signal.at, trusted === 1)) return;
    this.#accounts.set(account, {
      userAgent: known?.userAgent ?? signal.userAgent.slice(0, MAX_NAME),
      lastAt: signal.at,
      since: same ? known.since : signal.at,
      count: counted + (same ? known.count : 0),
      trusted: counted * trusted + (same ? known.trusted : 0),
      trustedAt: trusted === 1 ? signal.at : (known?.trustedAt ?? Number.NEGATIVE_INFINITY),
    });
  }

  succeeded(account: string): void {
    this.#accounts.delete(account);
  }

  /** What failed so far is dealt with. */
  clear(): void {
    this.#accounts.expire(() => true);
    this.#overflowAt = Number.NEGATIVE_INFINITY;
    this.#forgeableOverflowAt = Number.NEGATIVE_INFINITY;
  }

  /** @returns how many are left */
  expire(now: number): number {
    this.#accounts.expire(({ lastAt }) => now - lastAt > FORGET_MS);
    return this.#accounts.size;
  }

  /** @param trustedOnly those alone that others cannot have tried */
  names(trustedOnly = false): string[] {
    return [...this.#accounts.entries()]
      .filter(([, { lastAt, trustedAt }]) => !trustedOnly || lastAt - trustedAt <= FORGET_MS)
      .map(([account]) => account);
  }

  userAgents(): string[] {
    const agents = [...this.#accounts.entries()].map(([, { userAgent }]) => userAgent);
    return [...new Set(agents)].filter((agent) => agent !== '');
  }

  /**
   * Whether devices fail so: none of the accounts hastily, and no more accounts than can be remembered.
   * @param trustedOnly looks away from what others may have sent
   */
  isUnhurried(at: number, trustedOnly = false): boolean {
    const overflowAt = trustedOnly ? this.#overflowAt : Math.max(this.#overflowAt, this.#forgeableOverflowAt);
    if (at - overflowAt < KEEP_MS) return false;
    return [...this.#accounts.entries()].every(
      ([, { count, trusted, since }]) => at - since >= STRETCH_MS || (trustedOnly ? trusted : count) <= HASTIEST,
    );
  }

  /** Whether one more account may be remembered: what others may have sent pushes out nobody. */
  #hasPlace(at: number, isTrusted: boolean): boolean {
    if (this.#accounts.size < MAX_ACCOUNTS) return true;
    if (!isTrusted) this.#forgeableOverflowAt = at;
    else if (this.names(true).length >= MAX_ACCOUNTS) this.#overflowAt = at;
    return isTrusted;
  }
}
