import { BoundedTable, type TableSnapshot } from '../../lib/bounded-table.ts';
import { countText } from '../../lib/count-text.ts';
import {
  addDistinct,
  bitsFor,
  bitsSet,
  clearDistinct,
  countDistinct,
  DISTINCT_WORDS,
  MOST_DISTINCT,
} from '../../lib/distinct.ts';
import { formatDuration } from '../../lib/duration.ts';
import { addToPace, clearPace, PACE_WORDS } from '../../lib/pace.ts';
import { mix } from '../../lib/text-hash.ts';
import { accountHash } from '../../pipeline/account-hash.ts';
import { aorOf } from '../../pipeline/aor.ts';
import { isAttempt, isUnknownAccount } from '../../pipeline/failure.ts';
import type { Finding } from '../../pipeline/finding.ts';
import type { Signal } from '../../pipeline/signal.ts';
import type { Detector, DetectorState } from '../detector.ts';
import type { EnumerationConfig } from './config.ts';

/** Bits of the tag that the table keeps for a source seen once; the account's hash follows. */
const SUCCEEDED = 1;
const UNKNOWN = 2;
const UNPROVEN = 4;
/** The input does not say which account. */
const UNNAMED = 8;
const HASH_SHIFT = 4;
const HASH_MASK = 0x03ffffff;

/** As many attempts within this are no device's, be they all at one account: devices wait for seconds before they try again. */
const HASTE_MS = 10_000;

interface Snapshot {
  readonly settings: string;
  readonly sources: TableSnapshot;
}

interface Rule {
  /** How many bits of its bitmap are set when it is broken. */
  readonly bits: number;
  readonly windowMs: number;
  /** Where in the record its failing accounts stand. */
  readonly at: number;
}

/**
 * Counts the different accounts that fail at one source (IPv6: per /64) against those that get in. Accounts of which the
 * server says that they do not exist weigh more: few of them are enough. One of them, asked for at leisure, is a device
 * that is set wrongly.
 */
export class Enumeration implements Detector {
  readonly name = 'enumeration';
  readonly #rules: readonly Rule[];
  readonly #maxSuccessRate: number;
  /** For those that do not exist. */
  readonly #unknown: Rule;
  /** Attempts at these within `HASTE_MS`. */
  readonly #haste: { readonly threshold: number; readonly at: number };
  /** Where the accounts that succeed stand, and within how long they count. */
  readonly #succeeded: { readonly windowMs: number; readonly at: number };
  /** Where the time of the last unproven attempt stands; 0 there is never. */
  readonly #unprovenAt: number;
  readonly #sources: BoundedTable;
  /** A snapshot is of use as long as what is counted stays the same. */
  readonly #settings: string;

  constructor(config: EnumerationConfig) {
    this.#rules = config.rules.map(({ accounts, window }, i) => ({
      bits: bitsFor(accounts),
      windowMs: window,
      at: i * DISTINCT_WORDS,
    }));
    const longest = Math.max(config['unknown-window'], ...this.#rules.map(({ windowMs }) => windowMs));
    this.#succeeded = { windowMs: longest, at: this.#rules.length * DISTINCT_WORDS };
    const unknownAt = this.#succeeded.at + DISTINCT_WORDS;
    this.#unknown = { bits: bitsFor(config['unknown-accounts']), windowMs: config['unknown-window'], at: unknownAt };
    this.#haste = { threshold: config['unknown-accounts'], at: unknownAt + DISTINCT_WORDS };
    this.#unprovenAt = this.#haste.at + PACE_WORDS;
    this.#settings = JSON.stringify([this.#rules, this.#unknown, this.#haste]);
    this.#maxSuccessRate = config['max-success-rate'];
    this.#sources = new BoundedTable({
      maxKeys: config['max-sources'],
      words: this.#unprovenAt + 1,
      horizonMs: longest,
    });
  }

  observe(signal: Signal): Finding | undefined {
    const succeeded = signal.kind === 'register.ok';
    if (!succeeded && !isAttempt(signal)) return undefined;
    const { address, at } = signal;
    const sources = this.#sources;
    const tag = tagOf(signal, succeeded);
    if (!sources.touch(address.high, address.low, at, tag)) return undefined;
    if (sources.firstTag >= 0) this.#add(sources.firstTag, sources.firstAt);
    const hasty = this.#add(tag, at);
    return succeeded ? undefined : this.#judge(signal, hasty);
  }

  expire(now: number): void {
    this.#sources.expire(now);
  }

  state(): DetectorState {
    return { tracked: this.#sources.size, evicted: this.#sources.evicted };
  }

  snapshot(): Snapshot {
    return { settings: this.#settings, sources: this.#sources.snapshot() };
  }

  restore(snapshot: unknown): boolean {
    const { settings, sources } = snapshot as Snapshot;
    return settings === this.#settings && this.#sources.restore(sources);
  }

  /** @returns attempts at accounts that do not exist within `HASTE_MS` */
  #add(tag: number, at: number): number {
    const { record, base } = this.#sources;
    const hash = tag >>> HASH_SHIFT;
    if ((tag & SUCCEEDED) !== 0) {
      addDistinct(record, base + this.#succeeded.at, at, this.#succeeded.windowMs, hash);
      return 0;
    }
    for (const rule of this.#rules) addDistinct(record, base + rule.at, at, rule.windowMs, hash);
    if ((tag & UNPROVEN) !== 0) record[base + this.#unprovenAt] = at | 1;
    if ((tag & UNKNOWN) === 0) return 0;
    // Those that are not named may be as many as there are attempts.
    const account = (tag & UNNAMED) === 0 ? hash : mix(at);
    addDistinct(record, base + this.#unknown.at, at, this.#unknown.windowMs, account);
    return addToPace(record, base + this.#haste.at, at, HASTE_MS, 1);
  }

  #judge(signal: Signal, hasty: number): Finding | undefined {
    const { record, base } = this.#sources;
    if (hasty >= this.#haste.threshold) {
      return this.#find(signal, hasty, HASTE_MS, `${countText(hasty, 'attempt')} at accounts that do not exist`);
    }
    const { bits, windowMs, at: unknownAt } = this.#unknown;
    if (isUnknownAccount(signal) && bitsSet(record, base + unknownAt, signal.at, windowMs) >= bits) {
      const count = countDistinct(record, base + unknownAt, signal.at, windowMs);
      return this.#find(signal, count, windowMs, `about ${count} different accounts that do not exist were tried`);
    }
    for (const rule of this.#rules) {
      if (bitsSet(record, base + rule.at, signal.at, rule.windowMs) < rule.bits) continue;
      const failed = countDistinct(record, base + rule.at, signal.at, rule.windowMs);
      if (this.#isBusyOffice(failed, signal.at)) continue;
      const count = failed === MOST_DISTINCT ? `${failed} or more` : `about ${failed}`;
      return this.#find(signal, failed, rule.windowMs, `${count} different accounts failed`);
    }
    return undefined;
  }

  #isBusyOffice(failed: number, at: number): boolean {
    const { record, base } = this.#sources;
    const succeeded = countDistinct(record, base + this.#succeeded.at, at, this.#succeeded.windowMs);
    return succeeded / (succeeded + failed) > this.#maxSuccessRate;
  }

  #find(signal: Signal, count: number, windowMs: number, what: string): Finding {
    const { address, at } = signal;
    const { record, base } = this.#sources;
    const unproven = record[base + this.#unprovenAt] ?? 0;
    const isProven = unproven === 0 || ((at - unproven) | 0) > windowMs;
    for (const rule of this.#rules) clearDistinct(record, base + rule.at);
    clearDistinct(record, base + this.#unknown.at);
    clearPace(record, base + this.#haste.at);
    return {
      type: 'username_enumeration',
      detector: this.name,
      severity: 'error',
      subject: { kind: 'ip', address },
      at,
      count,
      reason: `${what} within ${formatDuration(windowMs)}`,
      evidence: {
        firstAt: at - windowMs,
        lastAt: at,
        proven: isProven ? 'yes' : signal.proven === 'unknown' ? 'unknown' : 'no',
        samples: {
          accounts: [aorOf(signal)],
          ...(signal.userAgent === '' ? {} : { 'user-agents': [signal.userAgent] }),
        },
      },
      identity: `${this.name}:${address.countedText}:${at}`,
    };
  }
}

function tagOf(signal: Signal, succeeded: boolean): number {
  const hash = accountHash(signal) & HASH_MASK;
  const flags =
    (succeeded ? SUCCEEDED : 0) |
    (isUnknownAccount(signal) ? UNKNOWN : 0) |
    (signal.proven === 'yes' ? 0 : UNPROVEN) |
    (signal.user === '' ? UNNAMED : 0);
  return (hash << HASH_SHIFT) | flags;
}
