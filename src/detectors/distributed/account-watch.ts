import { BoundedTable, type TableSnapshot } from '../../lib/bounded-table.ts';
import { accountHash, accountOtherHalf, attemptHigh, attemptLow } from '../../pipeline/account-hash.ts';
import type { Signal } from '../../pipeline/signal.ts';
import { addSource, countSources, countTrustedNetworks, SOURCE_RING_WORDS, sourceTexts } from './source-ring.ts';

export interface AccountWatchOptions {
  readonly sources: number;
  readonly windowMs: number;
  readonly spareMs: number;
  readonly maxAccounts: number;
  readonly maxDevices: number;
}

/** What a failure at an account means: nothing yet, that it is under attack now, or one more source in that attack. */
export type AccountNews =
  | {
      readonly kind: 'attacked';
      readonly sources: readonly string[];
      readonly count: number;
      readonly trusted: boolean;
    }
  | { readonly kind: 'participant'; readonly count: number };

export interface AccountSnapshot {
  readonly accounts: TableSnapshot;
  readonly devices: TableSnapshot;
}

/** The account's place in a record: when it was last found, and when with trusted sources; 0 is never. */
const FOUND = SOURCE_RING_WORDS;
const ATTACKED = SOURCE_RING_WORDS + 1;
/** An attack that goes on is told again after this. */
const AGAIN_MS = 3_600_000;

/** Sums up, for each account, the sources that fail at it. Sources that registered it are its own devices and spared. */
export class AccountWatch {
  readonly #options: AccountWatchOptions;
  readonly #accounts: BoundedTable;
  readonly #devices: BoundedTable;

  constructor(options: AccountWatchOptions) {
    this.#options = { ...options };
    const words = SOURCE_RING_WORDS + 2;
    this.#accounts = new BoundedTable({ maxKeys: options.maxAccounts, words, horizonMs: options.windowMs });
    this.#devices = new BoundedTable({ maxKeys: options.maxDevices, words: 0, horizonMs: options.spareMs });
  }

  get size(): number {
    return this.#accounts.size + this.#devices.size;
  }

  get evicted(): number {
    return this.#accounts.evicted + this.#devices.evicted;
  }

  succeeded(signal: Signal): void {
    this.#devices.touch(attemptHigh(signal), attemptLow(signal), signal.at, 0);
  }

  failed(signal: Signal): AccountNews | undefined {
    const { address, at } = signal;
    if (this.#devices.has(attemptHigh(signal), attemptLow(signal))) return undefined;
    // The first failure of an account makes no record: one alone says nothing, and forged ones would fill the memory.
    if (!this.#accounts.touch(accountHash(signal), accountOtherHalf(signal), at, 0)) return undefined;
    const { record, base } = this.#accounts;
    const unproven = signal.proven === 'no';
    const isNew = addSource(record, base, { high: address.high, low: address.low, at, unproven, blind: false });
    const isAttacked = isWithin(record[base + ATTACKED] ?? 0, at, this.#options.windowMs);
    // Nothing new, so nothing to count: the common case by far.
    if (!isNew && !isAttacked) return undefined;
    return this.#judge(at, isAttacked, isAttacked && !unproven);
  }

  snapshot(): AccountSnapshot {
    return { accounts: this.#accounts.snapshot(), devices: this.#devices.snapshot() };
  }

  restore({ accounts, devices }: AccountSnapshot): boolean {
    return this.#accounts.restore(accounts) && this.#devices.restore(devices);
  }

  expire(now: number): void {
    this.#accounts.expire(now);
    this.#devices.expire(now);
  }

  /** Of the account whose record is open. */
  #judge(at: number, isAttacked: boolean, isParticipant: boolean): AccountNews | undefined {
    const { sources, windowMs } = this.#options;
    const { record, base } = this.#accounts;
    const { all, trusted } = countSources(record, base, at, windowMs);
    if (all < sources) return undefined;
    // Who has one network can make ten sources of it at no cost, and have everybody blocked who mistypes at the account.
    if (trusted >= sources && (isAttacked || countTrustedNetworks(record, base, at, windowMs) >= sources / 2))
      record[base + ATTACKED] = at | 1;
    if (isWithin(record[base + FOUND] ?? 0, at, AGAIN_MS)) {
      return isParticipant ? { kind: 'participant', count: all } : undefined;
    }
    record[base + FOUND] = at | 1;
    const texts = sourceTexts(record, base, at, windowMs);
    return { kind: 'attacked', sources: texts, count: all, trusted: trusted >= sources };
  }
}

function isWithin(time: number, at: number, ms: number): boolean {
  return time !== 0 && ((at - time) | 0) <= ms;
}
