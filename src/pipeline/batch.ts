import type { Signal } from './signal.ts';

/** What a source emits: signals in the order seen, and where reading goes on after them. */
export interface Batch {
  readonly signals: readonly Signal[];
  /**
   * Where to go on after this batch: JSON, understood by the source alone. It is committed in the transaction that
   * writes what the batch led to, so after a crash exactly the uncommitted input is read again.
   */
  readonly position: unknown;
  /** Lines (or packets) read for this batch, and how many of them were not understood. */
  readonly lines: number;
  readonly unrecognised: number;
}
