/**
 * Glossary, the product's words; no synonyms anywhere.
 *
 * - **signal**: one thing seen in SIP traffic, already normal in form.
 * - **proven**: the source address cannot be forged. Yes, no, or unknown for inputs that cannot tell.
 * - **finding**: what a detector concluded, with bounded evidence.
 * - **decision**: what policy does about a finding, with its reason as a value.
 * - **flow**: what one socket sends: an address, a source port, and UDP or TCP.
 * - **block**: an address, network or flow kept out until a time.
 * - **disabled account**: an account kept from calling until a time; it stays registered and can be called.
 * - **allowlist**: who is never blocked. It always wins.
 * - **sensor**: the configured source that saw a signal, by name.
 * - **alert**: a message to a person, grouped and rate-limited.
 */
import type { Address } from '../lib/address.ts';

export const SIGNAL_KINDS = [
  'register.ok',
  'register.failed',
  'register.removed',
  'request.refused',
  'request.limited',
  'flood',
  'call.started',
  'call.answered',
  'call.ended',
  'call.failed',
  'fraud.threshold',
  'malformed',
] as const;
export type SignalKind = (typeof SIGNAL_KINDS)[number];

/** Why a request was refused: the reason of `request.refused` (a door knock) and of `malformed`. */
export const REFUSAL_REASONS = [
  'scanner_detected',
  'domain_not_found',
  'domain_mismatch',
  'domain_disabled',
  'method_not_allowed',
  'max_forwards_exceeded',
  'query_failed',
  'malformed',
  'dial_probe',
  'decoy',
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

export const TRANSPORTS = ['udp', 'tcp', 'tls', 'ws', 'wss', 'unknown'] as const;
export type Transport = (typeof TRANSPORTS)[number];

export const PROVEN = ['yes', 'no', 'unknown'] as const;
export type Proven = (typeof PROVEN)[number];

/**
 * Every signal has every field, so that all have one shape in memory; an empty string (or -1) means "not said".
 * Text is the attacker's: decoded, of any characters, at most `MAX_TEXT` long. Never build SQL, shell or log lines of it.
 */
export interface SignalFields {
  /** When it was seen, milliseconds since the Unix epoch, by the sensor's clock. */
  readonly at: number;
  /** Source of the request (not of the reply). */
  readonly address: Address;
  /** Source port, 0 if not known. */
  readonly port: number;
  readonly transport: Transport;
  /** The name of the source that saw it. */
  readonly sensor: string;
  readonly proven: Proven;
  /** SIP method, upper case as sent. */
  readonly method: string;
  /** Status code of the reply, 0 if there was none. */
  readonly status: number;
  /** Reason phrase of the reply, or the refusal reason. */
  readonly reason: string;
  /** User part of the AoR: of To in a REGISTER, of From otherwise. */
  readonly user: string;
  readonly domain: string;
  readonly requestUri: string;
  readonly userAgent: string;
  readonly callId: string;
  /** Expires of a registration in seconds, -1 if absent. */
  readonly expires: number;
  /** How many equal events this one stands for, at least 1. */
  readonly count: number;
  /** From as sent (display name and URI), its tag, and the branch of the topmost Via: the marks of tools. */
  readonly from: string;
  readonly fromTag: string;
  readonly branch: string;
  /** Free text of the sensor: the duration of an ended call in ms, the broken fraud rule, the parser's complaint. */
  readonly detail: string;
  /** Username and realm of the credentials that the request returned, if somebody had asked for them. */
  readonly authUser: string;
  readonly authRealm: string;
}

interface RefusedFields extends SignalFields {
  readonly reason: RefusalReason;
}

export type Signal = {
  [K in SignalKind]: (K extends 'request.refused' ? RefusedFields : SignalFields) & { readonly kind: K };
}[SignalKind];

export { MAX_TEXT } from '../lib/text.ts';

/** `register.failed` and door knocks: a request that was meant to be answered otherwise. */
export function isDoorKnock(signal: Signal): boolean {
  return signal.kind === 'request.refused' || signal.kind === 'malformed';
}
