import type { Address } from '../lib/address.ts';

/** An address that others have found hostile. */
export interface Listing {
  /** The name of the list, as configured. */
  readonly list: string;
  /** When it runs out, ms since the epoch; Infinity for lists that say how long by being there. */
  readonly until: number;
}

/** What is known of addresses beyond the traffic. Answers from memory: detectors stay without I/O. */
export interface Intel {
  listing(address: Address, at: number): Listing | undefined;
}

/** Nothing is known: for replays, and where nothing is configured. */
export const NO_INTEL: Intel = { listing: () => undefined };
