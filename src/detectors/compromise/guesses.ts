import { BoundedTable, type TableSnapshot } from '../../lib/bounded-table.ts';
import { addTimes, countWithin, type RecentTimes } from '../../lib/recent-times.ts';
import { accountHash, accountOtherHalf, attemptHigh, attemptLow } from '../../pipeline/account-hash.ts';
import type { Signal } from '../../pipeline/signal.ts';

/** The failures at one account since nobody failed there for the window. */
export interface Guesses {
  /** Ms since the epoch, to the second. */
  readonly firstAt: number;
  readonly count: number;
  /** How many of them are not known to be unproven: the others somebody may have sent in a customer's name. */
  readonly trusted: number;
  /** How many sources failed. */
  readonly sources: number;
}

export interface GuessSnapshot {
  readonly accounts: TableSnapshot;
  readonly attempts: TableSnapshot;
}

export interface GuessBookOptions {
  readonly maxAccounts: number;
  readonly windowMs: number;
  /** Times kept of each source at each account. */
  readonly times: number;
}

/** Places in an account's record; the first failure in seconds, for windows may be longer than 32 bits of ms can tell. */
const FIRST_AT = 0;
const COUNT = 1;
const SOURCES = 2;
const TRUSTED = 3;
const ACCOUNT_WORDS = 4;
const MOST = 0xffff_ffff;
/** Names are tried by several sources, and those tried once cost 16 bytes. */
const ATTEMPTS_PER_ACCOUNT = 8;

/**
 * Who failed at which account. The first failure at an account costs 16 bytes, and so does the first of a source there:
 * names that are tried once, from forged addresses even, fill no memory and push nobody out.
 */
export class GuessBook {
  readonly #accounts: BoundedTable;
  /** By source and account: when it failed there lately. */
  readonly #attempts: BoundedTable;
  readonly #times: RecentTimes;
  readonly #windowMs: number;

  constructor({ maxAccounts, windowMs, times }: GuessBookOptions) {
    this.#times = { offset: 0, capacity: times };
    this.#windowMs = windowMs;
    this.#accounts = new BoundedTable({ maxKeys: maxAccounts * 4, words: ACCOUNT_WORDS, horizonMs: windowMs });
    this.#attempts = new BoundedTable({
      maxKeys: maxAccounts * ATTEMPTS_PER_ACCOUNT,
      words: times + 1,
      horizonMs: windowMs,
    });
  }

  get size(): number {
    return this.#accounts.size + this.#attempts.size;
  }

  get evicted(): number {
    return this.#accounts.evicted + this.#attempts.evicted;
  }

  failed(signal: Signal): void {
    const { at, count } = signal;
    const trust = trustOf(signal);
    const isNew = this.#attempt(signal, trust);
    if (!this.#accounts.touch(accountHash(signal), accountOtherHalf(signal), at, trust, count > 1)) return;
    const { record, base, firstTag, firstAt } = this.#accounts;
    if (record[base + COUNT] === 0) {
      const before = firstTag >= 0 ? 1 : 0;
      record[base + FIRST_AT] = Math.floor((before > 0 ? firstAt : at) / 1000);
      record[base + COUNT] = before;
      record[base + SOURCES] = before;
      record[base + TRUSTED] = Math.max(0, firstTag);
    }
    record[base + COUNT] = Math.min(MOST, record[base + COUNT]! + count);
    record[base + TRUSTED] = Math.min(MOST, record[base + TRUSTED]! + count * trust);
    if (isNew) record[base + SOURCES] = record[base + SOURCES]! + 1;
  }

  /** The failures at the account that the signal is about; undefined if there were fewer than two. */
  at(signal: Signal): Guesses | undefined {
    if (!this.#accounts.peek(accountHash(signal), accountOtherHalf(signal))) return undefined;
    const { record, base } = this.#accounts;
    return {
      firstAt: record[base + FIRST_AT]! * 1000,
      count: record[base + COUNT]!,
      trusted: record[base + TRUSTED]!,
      sources: record[base + SOURCES]!,
    };
  }

  /** Whether the signal's source failed at its account. */
  hasFailed(signal: Signal): boolean {
    return this.#attempts.has(attemptHigh(signal), attemptLow(signal));
  }

  /** Whether the signal's source failed at its account, and not only by what others may have sent in its name. */
  hasTrulyFailed(signal: Signal): boolean {
    const [high, low] = [attemptHigh(signal), attemptLow(signal)];
    if (!this.#attempts.peek(high, low)) return this.#attempts.tag(high, low) === 1;
    const { record, base } = this.#attempts;
    return countWithin(record, base, this.#times, signal.at, this.#windowMs, true) > 0;
  }

  /** Whether the signal's source failed at its account so often, within `ms` before it. */
  isFast(signal: Signal, guesses: number, ms: number): boolean {
    if (!this.#attempts.peek(attemptHigh(signal), attemptLow(signal))) return false;
    // Not before: it is the record of whoever was looked at last.
    const { record, base } = this.#attempts;
    return countWithin(record, base, this.#times, signal.at, ms) >= guesses;
  }

  forget(signal: Signal): void {
    this.#accounts.delete(accountHash(signal), accountOtherHalf(signal));
  }

  expire(now: number): void {
    this.#accounts.expire(now);
    this.#attempts.expire(now);
  }

  snapshot(): GuessSnapshot {
    return { accounts: this.#accounts.snapshot(), attempts: this.#attempts.snapshot() };
  }

  restore({ accounts, attempts }: GuessSnapshot): boolean {
    return this.#accounts.restore(accounts) && this.#attempts.restore(attempts);
  }

  /** @returns whether it is the source's first at this account */
  #attempt(signal: Signal, trust: number): boolean {
    const { at, count } = signal;
    const [high, low] = [attemptHigh(signal), attemptLow(signal)];
    if (!this.#attempts.touch(high, low, at, trust, count > 1)) return true;
    const { record, base, firstTag, firstAt } = this.#attempts;
    const isNew = firstTag < 0 && record[base] === 0;
    if (firstTag >= 0) addTimes(record, base, this.#times, firstAt, 1, firstTag === 1);
    addTimes(record, base, this.#times, at, count, trust === 1);
    return isNew;
  }
}

/** 1 unless others may have sent it; kept as a tag, too. */
function trustOf({ proven }: Signal): number {
  return proven === 'no' ? 0 : 1;
}
