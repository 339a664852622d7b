import { BoundedTable } from '../lib/bounded-table.ts';
import { addToPace, PACE_WORDS } from '../lib/pace.ts';
import { accountHash, accountOtherHalf } from '../pipeline/account-hash.ts';
import type { Signal } from '../pipeline/signal.ts';

const DAY_MS = 86_400_000;
/** A phone on the move has a new address every few minutes at the most, and some people share an account. */
const MOST_IN_A_DAY = 1000;
const MAX_ACCOUNTS = 65_536;

/**
 * How many addresses each account has made known good. Without a limit, one account that registers from all of an IPv6
 * network would push everybody else's address out of what is remembered.
 */
export class NewAddresses {
  readonly #accounts = new BoundedTable({ maxKeys: MAX_ACCOUNTS, words: PACE_WORDS, horizonMs: DAY_MS });

  /** Whether the account of the signal, which was not seen at this address, may make that one known, too. */
  mayAdd(signal: Signal): boolean {
    const { kind, at } = signal;
    if (kind !== 'register.ok') return true;
    if (!this.#accounts.touch(accountHash(signal), accountOtherHalf(signal), at, 0)) return true;
    const { record, base } = this.#accounts;
    return addToPace(record, base, at, DAY_MS, 1) < MOST_IN_A_DAY;
  }

  expire(now: number): void {
    this.#accounts.expire(now);
  }
}
