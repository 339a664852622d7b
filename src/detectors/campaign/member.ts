import { Address } from '../../lib/address.ts';
import { Network } from '../../lib/network.ts';
import { dialledNumber } from '../../lib/phone-number/dialled-number.ts';
import { aorOf } from '../../pipeline/aor.ts';
import { isAttempt } from '../../pipeline/failure.ts';
import type { Finding, Severity } from '../../pipeline/finding.ts';
import type { Proven, Signal } from '../../pipeline/signal.ts';
import { keyOf } from './key.ts';

/** What is kept of a finding, as plain data: attackers' text is short, and copied. */
export interface Member {
  readonly identity: string;
  readonly at: number;
  readonly severity: Severity;
  readonly proven: Proven;
  /** The sources it is about, as counted. */
  readonly sources: readonly string[];
  readonly sourceKeys: readonly number[];
  /** Empty if the signal names none. */
  readonly account: string;
  readonly number: string;
  readonly userAgent: string;
}

/** IPv4 by /24, IPv6 by /48: what one customer of a hosting company can have for the asking. */
const NETWORK_LENGTHS = { 4: 24, 6: 48 } as const;
const MAX_NAME = 120;
/** As many digits of a number tell whose it is, whatever prefix is tried before them. */
const SUFFIX_DIGITS = 8;

/** @param signal the one that led to the finding */
export function memberOf(finding: Finding, signal: Signal): Member {
  const sources = sourcesOf(finding, signal);
  return {
    identity: finding.identity,
    at: finding.at,
    severity: finding.severity,
    proven: finding.evidence.proven,
    sources,
    sourceKeys: sources.map((source) => keyOf('source', source)),
    account: isAttempt(signal) && signal.user !== '' ? copy(aorOf(signal)) : '',
    number: numberOf(signal),
    userAgent: copy(signal.userAgent),
  };
}

/** The text of the network that a source (`203.0.113.7`, `2001:db8:0:1::/64`) lies in. */
export function networkOf(source: string): string {
  const address = Address.parse(source.replace(/\/64$/, ''));
  return address === undefined ? source : Network.of(address, NETWORK_LENGTHS[address.family]).text;
}

/** Findings about many sources name a few of them. */
function sourcesOf({ type, subject, evidence }: Finding, { address }: Signal): string[] {
  const named = type === 'distributed_attack' && subject.kind !== 'ip' ? (evidence.samples.sources ?? []) : [];
  return [...new Set([address.countedText, ...named])];
}

function numberOf(signal: Signal): string {
  if (signal.method !== 'INVITE') return '';
  const number = dialledNumber(signal.requestUri);
  return number.length < SUFFIX_DIGITS ? '' : copy(number.slice(-SUFFIX_DIGITS));
}

/** A slice may hold on to the whole message it was cut from. */
function copy(text: string): string {
  return structuredClone(text.slice(0, MAX_NAME));
}
