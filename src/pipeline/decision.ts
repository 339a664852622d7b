import type { Target } from '../lib/target.ts';
import type { Finding } from './finding.ts';

export const ACTIONS = ['block', 'hold', 'watch', 'ignore'] as const;
/** `block`: keep out (an address) or disable (an account) now; `hold`: a person decides; `watch`: recorded, nothing done; `ignore`: needs nothing. */
export type Action = (typeof ACTIONS)[number];

export const REASON_CODES = [
  'threshold',
  'repeat_offender',
  'allowlisted',
  'already_blocked',
  'already_disabled',
  'detector_dry_run',
  'below_severity',
  'no_address',
  'unproven',
  'known_good',
  'blast_radius',
  'customers_unknown',
  'lifted',
  'manual',
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

export interface Decision {
  readonly action: Action;
  /**
   * What is blocked: a single IPv4 address, an IPv6 /64, a network, or one flow of a known-good address. Absent if the
   * finding names none; a block of a finding about an account disables that account.
   */
  readonly target: Target | undefined;
  readonly at: number;
  /** For `block` (and `hold`: what it would have been), how long from `at`; else 0. */
  readonly seconds: number;
  readonly code: ReasonCode;
  /** One sentence for a person. */
  readonly reason: string;
  readonly finding: Finding;
  /** The same was decided about the same subject a short while ago: nothing new to record or to tell anyone. */
  readonly repeated: boolean;
}

/** The reason of what changes nothing. */
export const ALREADY_BLOCKED = 'is blocked already';

/** An address, network or flow kept out until a time. */
export interface Block {
  readonly target: Target;
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly blockedAt: number;
  /** Milliseconds since the epoch, or undefined for a block that never expires. */
  readonly expiresAt: number | undefined;
  /** By a decision, not by a person. */
  readonly automatic: boolean;
}

/** An account kept from calling until a time. */
export interface DisabledAccount {
  /** In its one spelling: `canonicalAor`. */
  readonly aor: string;
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly disabledAt: number;
  /** Milliseconds since the epoch, or undefined: until it is enabled by hand. */
  readonly expiresAt: number | undefined;
  /** By a decision, not by a person. */
  readonly automatic: boolean;
}
