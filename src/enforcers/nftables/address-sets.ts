/**
 * Which sets hold the blocks and the allowlist. A hash set for each prefix length in use, keyed by the masked source
 * address: networks may overlap with ends of their own, a change costs the same however many there are, and the look-up
 * of a packet costs one hash for each length in use. An interval set has none of this, and makes every other change
 * slow as well (docs/decisions/nftables.md).
 */
import { Address } from '../../lib/address.ts';
import { Network } from '../../lib/network.ts';

export const PURPOSES = ['block', 'allow'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** All networks of one purpose, family and prefix length. */
export interface AddressSet {
  readonly name: string;
  readonly purpose: Purpose;
  readonly family: 4 | 6;
  readonly length: number;
}

/**
 * In every set for ever; one that has lost it was flushed. No packet comes from here, and masked to a shorter length
 * these addresses never come up at all.
 */
const CANARIES = { 4: '255.255.255.255', 6: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff' } as const;
const ALL_ONES = { 4: Address.v4(0xffffffff), 6: Address.v6(0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff) } as const;

/** What nearly every block is: always there, so that the first one needs no new set. */
export const USUAL_SETS: readonly AddressSet[] = [addressSet('block', 4, 32), addressSet('block', 6, 64)];

function addressSet(purpose: Purpose, family: 4 | 6, length: number): AddressSet {
  return { name: `${purpose}${family}-${length}`, purpose, family, length };
}

export function setOf(purpose: Purpose, network: Network): AddressSet {
  return addressSet(purpose, network.family, network.length);
}

/** One of each that these networks need. */
export function setsOf(purpose: Purpose, networks: readonly Network[]): AddressSet[] {
  return distinct(networks.map((network) => setOf(purpose, network)));
}

export function distinct(sets: readonly AddressSet[]): AddressSet[] {
  return [...new Map(sets.map((set) => [set.name, set])).values()];
}

/** The set of that name, undefined if it is not one of ours. */
export function parseSetName(name: string): AddressSet | undefined {
  const match = /^(block|allow)([46])-(\d{1,3})$/.exec(name);
  const purpose = PURPOSES.find((one) => one === match?.[1]);
  return purpose && addressSet(purpose, match?.[2] === '4' ? 4 : 6, Number(match?.[3]));
}

export function canaryOf(set: AddressSet): string {
  return CANARIES[set.family];
}

export function isCanary(network: Network): boolean {
  return network.isSingle && network.base.text === CANARIES[network.family];
}

/** `ffff:ffff::` for a length of 32: what a source address is masked with. */
export function maskText(set: AddressSet): string {
  return Network.of(ALL_ONES[set.family], set.length).base.text;
}
