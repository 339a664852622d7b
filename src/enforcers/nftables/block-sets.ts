/**
 * Which sets hold the blocks. A hash set for each prefix length in use, keyed by the masked source address: networks
 * may overlap with ends of their own, a change costs the same however many there are, and the look-up of a packet
 * costs one hash for each length in use. An interval set has none of this (docs/decisions/nftables.md).
 */
import { Address } from '../../lib/address.ts';
import { Network } from '../../lib/network.ts';

/** All networks of one family and prefix length. */
export interface BlockSet {
  readonly name: string;
  readonly family: 4 | 6;
  readonly length: number;
}

/** In every set for ever; one that has lost it was flushed. No packet comes from here, and masked to a shorter
 * length these addresses never come up at all. */
const CANARIES = { 4: '255.255.255.255', 6: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff' } as const;

/** What nearly every block is: always there, so that the first one needs no new set. */
export const USUAL_SETS: readonly BlockSet[] = [setNamed(4, 32), setNamed(6, 64)];

function setNamed(family: 4 | 6, length: number): BlockSet {
  return { name: `block${family}-${length}`, family, length };
}

export function blockSetOf(target: Network): BlockSet {
  return setNamed(target.family, target.length);
}

/** The set of that name, undefined if it is not one of ours. */
export function parseBlockSet(name: string): BlockSet | undefined {
  const match = /^block([46])-(\d{1,3})$/.exec(name);
  return match === null ? undefined : setNamed(match[1] === '4' ? 4 : 6, Number(match[2]));
}

export function canaryOf(set: BlockSet): string {
  return CANARIES[set.family];
}

export function isCanary(target: Network): boolean {
  return target.isSingle && target.base.text === CANARIES[target.family];
}

/** `ffff:ffff::` for a length of 32: what a source address is masked with. */
export function maskText(set: BlockSet): string {
  return Network.of(set.family === 4 ? Address.v4(0xffffffff) : ALL_ONES, set.length).base.text;
}

const ALL_ONES = Address.v6(0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff);
