import { BoundedTable } from '../../lib/bounded-table.ts';
import { formatDuration } from '../../lib/duration.ts';
import {
  addTimes,
  clearTimes,
  countMarked,
  countWithin,
  oldestAge,
  type RecentTimes,
  reaches,
} from '../../lib/recent-times.ts';
import type { Finding } from '../../pipeline/finding.ts';
import { isDoorKnock, type Proven, type Signal } from '../../pipeline/signal.ts';
import type { Detector, DetectorState } from '../detector.ts';
import type { BruteForceConfig } from './config.ts';

/** Shorter than any block: what still comes from a source just found says nothing new and shall cost little. */
const QUIET_MS = 10_000;

/** Bits of the tag that the table keeps for a source seen once. */
const FAILED = 1;
const PROVEN = 2;

interface Rule {
  readonly counts: 'attempts' | 'failures';
  readonly threshold: number;
  readonly windowMs: number;
}

/**
 * Counts failed registrations, and those together with door knocks, per source (IPv6: per /64) in sliding windows.
 * Only what is proven adds up to proven evidence: one honest failure among forged ones proves nothing.
 */
export class BruteForce implements Detector {
  readonly name = 'brute-force';
  readonly #rules: readonly Rule[];
  readonly #attempts: RecentTimes;
  readonly #failures: RecentTimes;
  readonly #foundAt: number;
  readonly #sources: BoundedTable;
  /** A source seen once has no record: too little if once is enough. */
  readonly #eager: boolean;

  constructor(config: BruteForceConfig) {
    this.#rules = config.rules.map((rule) => ({
      counts: rule.count,
      threshold: rule.threshold,
      windowMs: rule.window,
    }));
    const most = (counts: Rule['counts']) =>
      Math.max(1, ...this.#rules.filter((rule) => rule.counts === counts).map((rule) => rule.threshold));
    this.#attempts = { offset: 0, capacity: most('attempts') };
    this.#failures = { offset: this.#attempts.capacity + 1, capacity: most('failures') };
    this.#foundAt = this.#failures.offset + this.#failures.capacity + 1;
    this.#sources = new BoundedTable({
      maxKeys: config['max-sources'],
      words: this.#foundAt + 1,
      horizonMs: Math.max(...this.#rules.map((rule) => rule.windowMs)),
    });
    this.#eager = this.#rules.some((rule) => rule.threshold === 1);
  }

  observe(signal: Signal): Finding | undefined {
    const failed = signal.kind === 'register.failed';
    if (!failed && !isDoorKnock(signal)) return undefined;
    const { address, at, count } = signal;
    const tag = (failed ? FAILED : 0) | (signal.proven === 'yes' ? PROVEN : 0);
    const sources = this.#sources;
    if (!sources.touch(address.high, address.low, at, tag, this.#eager || count > 1)) return undefined;
    if (sources.firstTag >= 0) this.#add(sources.firstAt, sources.firstTag, 1);
    if (this.#isQuiet(at)) return undefined;
    this.#add(at, tag, count);
    const broken = this.#brokenRule(at);
    return broken === undefined ? undefined : this.#find(signal, broken);
  }

  expire(now: number): void {
    this.#sources.expire(now);
  }

  state(): DetectorState {
    return { tracked: this.#sources.size, evicted: this.#sources.evicted };
  }

  /** Word `#foundAt` of a record is the time of the last finding, with the lowest bit set so that it is never 0. */
  #isQuiet(at: number): boolean {
    const foundAt = this.#sources.record[this.#sources.base + this.#foundAt] ?? 0;
    return foundAt !== 0 && ((at - foundAt) | 0) < QUIET_MS;
  }

  #add(at: number, tag: number, count: number): void {
    const { record, base } = this.#sources;
    const proven = (tag & PROVEN) !== 0;
    addTimes(record, base, this.#attempts, at, count, proven);
    if ((tag & FAILED) !== 0) addTimes(record, base, this.#failures, at, count, proven);
  }

  #ring(rule: Rule): RecentTimes {
    return rule.counts === 'failures' ? this.#failures : this.#attempts;
  }

  #brokenRule(at: number): Rule | undefined {
    const { record, base } = this.#sources;
    for (const rule of this.#rules) {
      if (reaches(record, base, this.#ring(rule), at, rule.windowMs, rule.threshold)) return rule;
    }
    return undefined;
  }

  #find(signal: Signal, rule: Rule): Finding {
    const { record, base } = this.#sources;
    const ring = this.#ring(rule);
    const count = countWithin(record, base, ring, signal.at, rule.windowMs);
    const proven = countMarked(record, base, ring, signal.at, rule.windowMs) >= rule.threshold;
    const firstAt = signal.at - oldestAge(record, base, ring, signal.at, rule.windowMs);
    record[base + this.#foundAt] = signal.at | 1;
    clearTimes(record, base, this.#attempts);
    clearTimes(record, base, this.#failures);
    const what = rule.counts === 'failures' ? 'failed registrations' : 'failed registrations and refused requests';
    return {
      type: 'brute_force_detected',
      detector: this.name,
      severity: 'error',
      subject: { kind: 'ip', address: signal.address },
      at: signal.at,
      count,
      reason: `${count} ${what} within ${formatDuration(rule.windowMs)}`,
      evidence: { firstAt, lastAt: signal.at, proven: strength(proven, signal.proven), samples: samplesOf(signal) },
      identity: `${this.name}:${signal.address.countedText}:${signal.at}`,
    };
  }
}

/** A single proven signal does not prove the others, so short of the threshold it is taken for unproven. */
function strength(proven: boolean, last: Proven): Proven {
  if (proven) return 'yes';
  return last === 'unknown' ? 'unknown' : 'no';
}

function samplesOf(signal: Signal): Record<string, readonly string[]> {
  return {
    ...(signal.user === '' ? {} : { accounts: [`${signal.user}@${signal.domain}`] }),
    ...(signal.userAgent === '' ? {} : { 'user-agents': [signal.userAgent] }),
  };
}
