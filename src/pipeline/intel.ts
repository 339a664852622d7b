import type { Address } from '../lib/address.ts';
import type { Place } from '../lib/geography/distance.ts';

/** An address that others have found hostile. */
export interface Listing {
  /** The name of the list, as configured. */
  readonly list: string;
  /** When it runs out, ms since the epoch; Infinity for lists that say how long by being there. */
  readonly until: number;
}

/** Lists of hostile addresses. They change, so a replay has none. */
export interface Listings {
  listing(address: Address, at: number): Listing | undefined;
}

/** An autonomous system: whose network an address is in. */
export interface NetworkNumber {
  readonly asn: number;
  /** As its database has it; empty if it does not say. */
  readonly name: string;
}

/** Where addresses are and whose they are; undefined where that is not known, as of private addresses. */
export interface Geography {
  /** ISO 3166-1 alpha-2. */
  country(address: Address): string | undefined;
  place(address: Address): Place | undefined;
  networkNumber(address: Address): NetworkNumber | undefined;
}

/** What is known of addresses beyond the traffic. Answers from memory: detectors stay without I/O. */
export interface Intel extends Listings {
  readonly geography: Geography;
}

export const NO_GEOGRAPHY: Geography = {
  country: () => undefined,
  place: () => undefined,
  networkNumber: () => undefined,
};

/** Nothing is known. */
export const NO_INTEL: Intel = { listing: () => undefined, geography: NO_GEOGRAPHY };
