import type { Finding } from '../pipeline/finding.ts';
import type { Signal } from '../pipeline/signal.ts';

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
  /** Called for each signal, in order. */
  observe(signal: Signal): Finding | undefined;
  /** Called now and then with the time of the newest signal: forget what can no longer matter. */
  expire(now: number): void;
  state(): DetectorState;
}
