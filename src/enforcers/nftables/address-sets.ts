/**
 * Which sets hold the blocks and the allowlist. A hash set for each prefix length in use, keyed by the masked source
 * address: networks may overlap with ends of their own, a change costs the same however many there are, and the look-up
 * of a packet costs one hash for each length in use. An interval set has none of this, and makes every other change
 * slow as well (docs/decisions/nftables.md). Flows have a hash set for each family, keyed by address, protocol and port.
 */
import { Address } from '../../lib/address.ts';
import { Flow, type Protocol } from '../../lib/flow.ts';
import { Network } from '../../lib/network.ts';
import type { Target } from '../../lib/target.ts';

export const PURPOSES = ['block', 'allow'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** All networks of one purpose, family and prefix length; or all blocked flows of a family. */
export interface AddressSet {
  readonly name: string;
  readonly purpose: Purpose;
  readonly family: 4 | 6;
  readonly length: number | 'flows';
}

/** As IANA numbers them: nft knows the names only where there is an /etc/protocols. */
const PROTOCOL_NUMBERS: Readonly<Record<Protocol, number>> = { tcp: 6, udp: 17 };
const PROTOCOLS: Readonly<Record<string, Protocol>> = { tcp: 'tcp', 6: 'tcp', udp: 'udp', 17: 'udp' };

/**
 * In every set for ever; one that has lost it was flushed. No packet comes from here, and masked to a shorter length
 * these addresses never come up at all.
 */
const CANARIES = { 4: '255.255.255.255', 6: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff' } as const;
const ALL_ONES = { 4: Address.v4(0xffffffff), 6: Address.v6(0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff) } as const;

/** What nearly every block is: always there, so that the first one needs no new set. */
export const USUAL_SETS: readonly AddressSet[] = [addressSet('block', 4, 32), addressSet('block', 6, 64)];

function addressSet(purpose: Purpose, family: 4 | 6, length: AddressSet['length']): AddressSet {
  return { name: `${purpose}${family}-${length}`, purpose, family, length };
}

export function setOf(purpose: Purpose, target: Target): AddressSet {
  if (target instanceof Flow) return addressSet(purpose, target.address.family, 'flows');
  return addressSet(purpose, target.family, target.length);
}

/** One of each that these targets need. */
export function setsOf(purpose: Purpose, targets: readonly Target[]): AddressSet[] {
  return distinct(targets.map((target) => setOf(purpose, target)));
}

/** The key of its element, as nft reads it. */
export function keyOf(target: Target): string {
  if (!(target instanceof Flow)) return target.base.text;
  return `${target.address.text} . ${PROTOCOL_NUMBERS[target.protocol]} . ${target.port}`;
}

/** What the element of a set stands for, by its key as nft writes it; undefined if no packet matches it. */
export function parseKey({ length }: AddressSet, key: string): Target | undefined {
  const [host = '', protocolText = '', port] = key.split(' . ');
  const address = Address.parse(host);
  if (address === undefined) return undefined;
  if (length === 'flows') {
    const protocol = PROTOCOLS[protocolText];
    return protocol === undefined || !(Number(port) > 0) ? undefined : new Flow(address, Number(port), protocol);
  }
  const network = Network.of(address, length);
  // Host bits, put there by somebody else.
  return network.base.text === address.text ? network : undefined;
}

/** The key that packets of the address, or flow, have in a set of its family; undefined if they have none. */
export function keyIn({ length }: AddressSet, subject: Address | Flow): string | undefined {
  if (length === 'flows') return subject instanceof Flow ? keyOf(subject) : undefined;
  return Network.of(subject instanceof Flow ? subject.address : subject, length).base.text;
}

export function distinct(sets: readonly AddressSet[]): AddressSet[] {
  return [...new Map(sets.map((set) => [set.name, set])).values()];
}

/** The set of that name, undefined if it is not one of ours. */
export function parseSetName(name: string): AddressSet | undefined {
  const match = /^(block|allow)([46])-(\d{1,3}|flows)$/.exec(name);
  const purpose = PURPOSES.find((one) => one === match?.[1]);
  const length = match?.[3] === 'flows' ? 'flows' : Number(match?.[3]);
  if (purpose === 'allow' && length === 'flows') return undefined;
  return purpose && addressSet(purpose, match?.[2] === '4' ? 4 : 6, length);
}

export function canaryOf({ family, length }: AddressSet): string {
  return length === 'flows' ? keyOf(new Flow(ALL_ONES[family], 1, 'udp')) : CANARIES[family];
}

export function isCanary(target: Target): boolean {
  const address = target instanceof Flow ? target.address : target.isSingle ? target.base : undefined;
  return address !== undefined && address.text === CANARIES[address.family];
}

/** `ffff:ffff::` for a length of 32: what a source address is masked with. */
export function maskText(family: 4 | 6, length: number): string {
  return Network.of(ALL_ONES[family], length).base.text;
}
