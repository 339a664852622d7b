import type { Address } from '../lib/address.ts';
import type { Network } from '../lib/network.ts';
import type { Proven } from './signal.ts';

export const SEVERITIES = ['info', 'warning', 'error', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Types of security events. Findings have one each; the rest (blocks, health) are written by the daemon. */
export const EVENT_TYPES = [
  'brute_force_detected',
  'scanner_detected',
  'flood_detected',
  'rate_limit_exceeded',
  'decoy_touched',
  'registration_failure',
  'username_enumeration',
  'distributed_attack',
  'dial_probe_detected',
  'toll_fraud_suspected',
  'account_compromised',
  'geo_violation',
  'behaviour_deviation',
  'bad_reputation',
  'misconfigured_device',
  'campaign_detected',
  'sensor_silent',
  'sensor_resumed',
  'ip_blocked',
  'ip_unblocked',
  'account_disabled',
  'account_enabled',
  'block_held',
  'enforcement_repaired',
  'enforcement_failing',
  'block_ineffective',
  'source_restarted',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Whom a finding is about. */
export type Subject =
  | { readonly kind: 'ip'; readonly address: Address }
  | { readonly kind: 'network'; readonly network: Network }
  | { readonly kind: 'aor'; readonly aor: string }
  | { readonly kind: 'campaign'; readonly campaign: string }
  | { readonly kind: 'sensor'; readonly sensor: string };

/** Bounded: a finding is kept, so it holds copies of a few values, never the signals themselves. */
export interface Evidence {
  /** First and last signal that counted, milliseconds since the epoch. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** The strongest proof of the source address among what counted. */
  readonly proven: Proven;
  /** Of a network: whether it was seen by inputs that also show who gets in, so that its customers would be known. */
  readonly showsCustomers?: boolean;
  /** Of an account: others may have sent, in the name of whoever used it, what speaks against that. */
  readonly mayBeForged?: boolean;
  /**
   * All of it came under one Call-ID and for one account, as the registrations of a device do (RFC 3261 section 10.2.4):
   * it says again and again what was refused. Tools begin anew for each guess.
   */
  readonly isOneDevice?: boolean;
  /** A few names the evidence is about, by what they are: accounts, user agents, marks, numbers, sources. */
  readonly samples: Readonly<Record<string, readonly string[]>>;
}

export interface Finding {
  readonly type: EventType;
  /** The detector's name, as in the configuration. */
  readonly detector: string;
  readonly severity: Severity;
  readonly subject: Subject;
  readonly at: number;
  /** How many signals led to it. */
  readonly count: number;
  /** One sentence for a person, without attacker's text. */
  readonly reason: string;
  readonly evidence: Evidence;
  /** Equal for the same incident seen twice (after a crash the input is read again): detector, subject, time. */
  readonly identity: string;
}

/** The subject as told: `{"ip": …}`, `{"network": …}`, `{"aor": …}`, `{"campaign": …}`, or `{"sensor": …}` for all it sees. */
export function subjectJson(subject: Subject): Record<string, string> {
  switch (subject.kind) {
    case 'ip':
      return { ip: subject.address.text };
    case 'network':
      return { network: subject.network.text };
    case 'aor':
      return { aor: subject.aor };
    case 'campaign':
      return { campaign: subject.campaign };
    case 'sensor':
      return { sensor: subject.sensor };
    default:
      return subject satisfies never;
  }
}

export function subjectText(subject: Subject): string {
  return Object.values(subjectJson(subject))[0] ?? '';
}

/** The campaign that the finding tells of; undefined if it tells of something else. */
export function toldCampaign({ type, subject }: Finding): string | undefined {
  return type === 'campaign_detected' && subject.kind === 'campaign' ? subject.campaign : undefined;
}
