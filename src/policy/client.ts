import type { Address } from '../lib/address.ts';
import type { FailingAccounts } from './failing-accounts.ts';

/** An address that is served: IPv4 singly, IPv6 per /64. */
export interface Client {
  readonly address: Address;
  /** First success of the present standing, and the latest; ms since the epoch. */
  readonly firstAt: number;
  goodAt: number;
  /** A registration from here was not forged. */
  proven: boolean;
  /** Accounts that registered from here, and until when each is registered. Kept after that: they belong here. */
  readonly accounts: Map<string, number>;
  /** Answered calls that have not ended, by Call-ID, with when they were answered. */
  readonly calls: Map<string, number>;
  /** Accounts that fail here now; undefined if none does. */
  failing: FailingAccounts | undefined;
}

/** Counted as everywhere: a number for IPv4, because that is the common case and the fastest key. */
export function clientKey({ family, high, low }: Address): number | string {
  return family === 4 ? low : `${high}:${low}`;
}
