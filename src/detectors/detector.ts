import { z } from 'zod';
import type { DialPlan } from '../lib/phone-number/destination.ts';
import type { Finding } from '../pipeline/finding.ts';
import type { Intel } from '../pipeline/intel.ts';
import type { Correlation } from '../pipeline/pipeline.ts';
import type { Signal, SignalKind } from '../pipeline/signal.ts';

/** Figures of a detector's bounded state, for `/metrics` and `doctor`. */
export interface DetectorState {
  /** Sources (or accounts, …) now remembered. */
  readonly tracked: number;
  /** How many were forgotten before their time because the table was full. */
  readonly evicted: number;
}

/**
 * Reads signals and concludes. Synchronous, without I/O, without a clock: time is the signal's own. It never enforces.
 * All state keyed by what an attacker chooses has a size limit, an expiry and a counter of evictions.
 */
export interface Detector {
  /** The key in the configuration. */
  readonly name: string;
  /** Called for each signal, in order. After a finding the evidence begins anew: policy knows what was already found. */
  observe(signal: Signal): Finding | undefined;
  /**
   * Called with each finding of the other detectors that is worth telling and about nobody whom policy spares, in order,
   * and the signal that led to it: what it has to do with earlier ones. So its cost is by finding, not by signal.
   */
  correlate?(finding: Finding, signal: Signal): Correlation | undefined;
  /** Called before `expire`: what has come to its end, each told once. */
  conclude?(now: number): readonly Finding[];
  /** Called now and then with the time of the newest signal: forget what can no longer matter. */
  expire(now: number): void;
  state(): DetectorState;
  /**
   * What shall survive a restart, as plain data (what `structuredClone` takes): windows of hours and days. Called
   * between signals, now and then and at the end. Detectors whose windows are short have none.
   */
  snapshot?(): unknown;
  /**
   * Takes what `snapshot` gave, before the first signal.
   * @returns false if it was made with other settings and says nothing any more
   */
  restore?(snapshot: unknown): boolean;
}

/**
 * What still comes from a source that was just found says nothing new and shall cost little. Shorter than any block, and
 * than a lifted block stays lifted, so that whoever goes on is found again at once.
 */
export const QUIET_MS = 10_000;

export const DETECTOR_MODES = ['enforce', 'dry-run', 'off'] as const;
export type DetectorMode = (typeof DETECTOR_MODES)[number];

/** What every detector's schema has. */
export const detectorBase = {
  mode: z
    .enum(DETECTOR_MODES)
    .default('enforce')
    .describe('enforce: findings may block; dry-run: findings are recorded, nothing is blocked; off: not run'),
} as const;

export const maxSourcesValue = z
  .int()
  .min(1024)
  .max(16_777_216)
  .default(1_048_576)
  .describe('sources remembered at most; when full, the least telling is forgotten first');

/** One kind of detector: its schema, and how it is made of a parsed configuration. */
export interface DetectorKind<C = unknown> {
  readonly name: string;
  readonly description: string;
  readonly schema: z.ZodType<C>;
  /** Kinds of signals of which it needs at least one to find anything, for `doctor`; absent: it looks at nearly all. */
  readonly needs?: readonly SignalKind[];
  /**
   * It looks at each source by itself. So once it has told of a source that is blocked, and that was enough to block it, it
   * sees no more of that one until the block ends: as in life, where the kernel keeps such a source out.
   */
  readonly perSource?: true;
  /**
   * @param intel what is known of addresses beyond the traffic; it answers from memory
   * @param plan how numbers are dialled here
   */
  create(config: C, intel: Intel, plan: DialPlan): Detector;
}

/** Erases the configuration's type once, so that kinds stand in one list. */
export function defineDetector<C>(kind: DetectorKind<C>): DetectorKind {
  return { ...kind, create: (config, intel, plan) => kind.create(config as C, intel, plan) };
}
