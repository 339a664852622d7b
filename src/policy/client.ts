import type { Address } from '../lib/address.ts';
import type { Signal } from '../pipeline/signal.ts';
import type { FailingAccounts } from './failing-accounts.ts';
import type { FailingFlows } from './failing-flows.ts';

/** What one address may bring along: more than the largest office or PBX. */
export const MAX_ACCOUNTS = 5000;
export const MAX_CALLS = 5000;

/** An address that is served: IPv4 singly, IPv6 per /64. */
export interface Client {
  readonly address: Address;
  /** First success of the present standing, and the latest; ms since the epoch. */
  readonly firstAt: number;
  goodAt: number;
  /** A registration from here was not forged. */
  proven: boolean;
  /** Accounts that registered from here. Kept when they are registered no more: they belong here. */
  readonly accounts: Map<string, Registration>;
  /** Answered calls that have not ended, by Call-ID. */
  readonly calls: Map<string, Call>;
  /** Accounts that fail here now; undefined if none does. */
  failing: FailingAccounts | undefined;
  /** The flows they fail in; undefined if none does, or that is not asked for. */
  failingFlows: FailingFlows | undefined;
  /** A flow of it was blocked: until then few attempts in another one are enough. Ms since the epoch. */
  watchedUntil: number;
}

export interface Registration {
  /** ms since the epoch; 0 if it was removed. */
  until: number;
  /** That of its last success. */
  flow: FlowKey;
}

export interface Call {
  readonly answeredAt: number;
  readonly flow: FlowKey;
}

/** Equal for the same flow of one client; 0 if it is not known. */
export type FlowKey = number | string;

/** A number for IPv4, because that is the common case. */
export function flowKey({ address, port, transport }: Pick<Signal, 'address' | 'port' | 'transport'>): FlowKey {
  if (port === 0 || transport === 'unknown') return 0;
  const key = port * 2 + (transport === 'udp' ? 0 : 1);
  return address.family === 4 ? key : `${address.hostHigh}:${address.hostLow}:${key}`;
}

/** Counted as everywhere: a number for IPv4, because that is the common case and the fastest key. */
export function clientKey({ family, high, low }: Address): number | string {
  return family === 4 ? low : `${high}:${low}`;
}
