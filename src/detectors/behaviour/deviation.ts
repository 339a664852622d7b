import type { Severity } from '../../pipeline/finding.ts';

/** Something an account or an SBC does otherwise than by habit. */
export interface Deviation {
  /** What deviates; equal for the same kind. */
  readonly what: string;
  readonly severity: Severity;
  readonly count: number;
  /** When what was counted began, ms since the epoch. */
  readonly since: number;
  /** With the numbers. */
  readonly reason: string;
}
