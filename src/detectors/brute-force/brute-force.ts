import { BoundedTable, type TableSnapshot } from '../../lib/bounded-table.ts';
import { countText } from '../../lib/count-text.ts';
import { formatDuration } from '../../lib/duration.ts';
import { addToPace, clearPace } from '../../lib/pace.ts';
import { addTimes, clearTimes, countWithin, oldestAge, reaches } from '../../lib/recent-times.ts';
import { hashText } from '../../lib/text-hash.ts';
import { accountHash } from '../../pipeline/account-hash.ts';
import { aorOf } from '../../pipeline/aor.ts';
import { isCredentialFailure } from '../../pipeline/failure.ts';
import type { Finding } from '../../pipeline/finding.ts';
import { isDoorKnock, type Proven, type Signal } from '../../pipeline/signal.ts';
import { type Detector, type DetectorState, QUIET_MS } from '../detector.ts';
import type { BruteForceConfig } from './config.ts';
import { type Layout, layOut, type Rule } from './record.ts';

/** Bits of the tag that the table keeps for a source seen once; the account's mark follows. */
const FAILED = 1;
const PROVEN = 2;
const MARK_SHIFT = 2;
const MARK_MASK = 0x0fffffff;

const SEVERAL = 1;
const CALL_SEED = 1;

interface Snapshot {
  readonly rules: string;
  readonly sources: TableSnapshot;
}

/**
 * Counts failed registrations, and those together with door knocks, per source (IPv6: per /64) in sliding windows of
 * minutes to days. Only what is proven adds up to proven evidence: one honest failure among forged ones proves nothing.
 * Whoever gets in at last was no guesser: a success takes back the failures of its account.
 */
export class BruteForce implements Detector {
  readonly name = 'brute-force';
  readonly #layout: Layout;
  readonly #sources: BoundedTable;
  /** A snapshot is of use as long as the rules stay the same. */
  readonly #rulesText: string;
  /** A source seen once has no record: too little if once is enough. */
  readonly #eager: boolean;

  constructor(config: BruteForceConfig) {
    const rules = config.rules.map(({ count, threshold, window }) => ({ counts: count, threshold, windowMs: window }));
    this.#layout = layOut(rules);
    this.#rulesText = JSON.stringify(rules);
    this.#sources = new BoundedTable({
      maxKeys: config['max-sources'],
      words: this.#layout.words,
      horizonMs: Math.max(...rules.map(({ windowMs }) => windowMs)),
    });
    this.#eager = rules.some(({ threshold }) => threshold === 1);
  }

  observe(signal: Signal): Finding | undefined {
    if (signal.kind === 'register.ok') return this.#forgive(signal);
    const failed = isCredentialFailure(signal);
    if (!failed && !isDoorKnock(signal)) return undefined;
    const { address, at, count } = signal;
    const mark = failed ? markOf(signal) : 0;
    const tag = (failed ? FAILED : 0) | (signal.proven === 'yes' ? PROVEN : 0) | (mark << MARK_SHIFT);
    const sources = this.#sources;
    if (!sources.touch(address.high, address.low, at, tag, this.#eager || count > 1)) return undefined;
    if (sources.firstTag >= 0) this.#add(sources.firstAt, sources.firstTag, 1);
    if (this.#isQuiet(at)) return undefined;
    noteOnly(sources.record, sources.base + this.#layout.callAt, callMark(signal));
    const broken = this.#add(at, tag, count);
    return broken === undefined ? undefined : this.#find(signal, broken);
  }

  expire(now: number): void {
    this.#sources.expire(now);
  }

  state(): DetectorState {
    return { tracked: this.#sources.size, evicted: this.#sources.evicted };
  }

  snapshot(): Snapshot {
    return { rules: this.#rulesText, sources: this.#sources.snapshot() };
  }

  restore(snapshot: unknown): boolean {
    const { rules, sources } = snapshot as Snapshot;
    return rules === this.#rulesText && this.#sources.restore(sources);
  }

  #isQuiet(at: number): boolean {
    const foundAt = this.#sources.record[this.#sources.base + this.#layout.foundAt] ?? 0;
    return foundAt !== 0 && ((at - foundAt) | 0) < QUIET_MS;
  }

  /** Only if no other account failed here: else somebody with one account could guess at the others for ever. */
  #forgive(signal: Signal): undefined {
    const { high, low } = signal.address;
    if (!this.#sources.peek(high, low)) return;
    const { record, base } = this.#sources;
    if (record[base + this.#layout.accountAt] === markOf(signal)) this.#forget(record, base, 'failures');
  }

  /** @returns the first rule broken now */
  #add(at: number, tag: number, count: number): Rule | undefined {
    const { record, base } = this.#sources;
    const layout = this.#layout;
    const failed = (tag & FAILED) !== 0;
    const proven = (tag & PROVEN) !== 0;
    addTimes(record, base, failed ? layout.failures : layout.knocks, at, count, proven);
    // The lowest bit keeps it apart from "never".
    if (!proven) record[base + layout.unprovenAt] = at | 1;
    if (failed) noteOnly(record, base + layout.accountAt, tag >>> MARK_SHIFT);
    let broken: Rule | undefined;
    for (const rule of layout.rules) {
      const added = failed || rule.counts === 'attempts' ? count : 0;
      if (this.#isBroken(rule, at, added)) broken ??= rule;
    }
    return broken;
  }

  /** @param added how many of what the rule counts are new: a pace has yet to be told of them */
  #isBroken(rule: Rule, at: number, added: number): boolean {
    const { record, base } = this.#sources;
    const { paceAt, windowMs, threshold } = rule;
    if (paceAt !== undefined) return addToPace(record, base + paceAt, at, windowMs, added) >= threshold;
    if (rule.counts === 'failures') return reaches(record, base, this.#layout.failures, at, windowMs, threshold);
    return this.#count(rule, at) >= threshold;
  }

  #count({ counts, paceAt, windowMs }: Rule, at: number): number {
    const { record, base } = this.#sources;
    const { failures, knocks } = this.#layout;
    if (paceAt !== undefined) return addToPace(record, base + paceAt, at, windowMs, 0);
    const failed = countWithin(record, base, failures, at, windowMs);
    return counts === 'failures' ? failed : failed + countWithin(record, base, knocks, at, windowMs);
  }

  #isProven(rule: Rule, at: number): boolean {
    const { record, base } = this.#sources;
    const { failures, knocks, unprovenAt } = this.#layout;
    if (rule.paceAt !== undefined) {
      const last = record[base + unprovenAt] ?? 0;
      return last === 0 || ((at - last) | 0) > rule.windowMs;
    }
    const failed = countWithin(record, base, failures, at, rule.windowMs, true);
    const knocked = rule.counts === 'failures' ? 0 : countWithin(record, base, knocks, at, rule.windowMs, true);
    return failed + knocked >= rule.threshold;
  }

  #forget(record: Uint32Array, base: number, what: Rule['counts']): void {
    const { failures, knocks, accountAt, callAt, unprovenAt, rules } = this.#layout;
    clearTimes(record, base, failures);
    record[base + accountAt] = 0;
    record[base + callAt] = 0;
    for (const { counts, paceAt } of rules) {
      if (paceAt !== undefined && (what === 'attempts' || counts === 'failures')) clearPace(record, base + paceAt);
    }
    if (what === 'failures') return;
    clearTimes(record, base, knocks);
    record[base + unprovenAt] = 0;
  }

  #find(signal: Signal, rule: Rule): Finding {
    const { record, base } = this.#sources;
    const { failures, knocks, accountAt, callAt, foundAt } = this.#layout;
    const { at } = signal;
    const count = this.#count(rule, at);
    const proven = this.#isProven(rule, at);
    const exact = [failures, ...(rule.counts === 'attempts' ? [knocks] : [])];
    const firstAt = at - Math.max(...exact.map((ring) => oldestAge(record, base, ring, at, rule.windowMs)));
    const isOneAccount = record[base + accountAt] !== SEVERAL;
    const accounts = isOneAccount ? '' : ' of several accounts';
    const isOneDevice = isOneAccount && (record[base + callAt] ?? 0) > SEVERAL;
    this.#forget(record, base, 'attempts');
    record[base + foundAt] = at | 1;
    const failed = countText(count, 'failed registration');
    const what = rule.counts === 'failures' ? `${failed}${accounts}` : `${failed}${accounts} and refused requests`;
    return {
      type: 'brute_force_detected',
      detector: this.name,
      severity: 'error',
      subject: { kind: 'ip', address: signal.address },
      at,
      count,
      reason: `${what} within ${formatDuration(rule.windowMs)}`,
      evidence: {
        firstAt,
        lastAt: at,
        proven: strength(proven, signal.proven),
        ...(isOneDevice ? { isOneDevice } : {}),
        samples: samplesOf(signal),
      },
      identity: `${this.name}:${signal.address.countedText}:${at}`,
    };
  }
}

/** A number from 2 to 2^28 that stands for the account. */
function markOf(signal: Signal): number {
  return ((accountHash(signal) & MARK_MASK) | 2) >>> 0;
}

/**
 * A number from 2 on that stands for the Call-ID. Where none is said, nothing shows that two belong together; and a signal
 * that stands for many names the first one's only.
 */
function callMark({ callId, count }: Signal): number {
  return callId === '' || count > 1 ? SEVERAL : (hashText(callId, CALL_SEED) | 2) >>> 0;
}

/** Notes what all have in common: the mark, as long as there is only one. */
function noteOnly(record: Uint32Array, index: number, mark: number): void {
  const known = record[index] ?? 0;
  record[index] = known === 0 || known === mark ? mark : SEVERAL;
}

/** A single proven signal does not prove the others, so short of the threshold it is taken for unproven. */
function strength(proven: boolean, last: Proven): Proven {
  if (proven) return 'yes';
  return last === 'unknown' ? 'unknown' : 'no';
}

function samplesOf(signal: Signal): Record<string, readonly string[]> {
  return {
    ...(signal.user === '' ? {} : { accounts: [aorOf(signal)] }),
    ...(signal.userAgent === '' ? {} : { 'user-agents': [signal.userAgent] }),
  };
}
