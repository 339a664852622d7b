import type { Address } from '../lib/address.ts';
import type { Finding } from '../pipeline/finding.ts';
import type { Geography } from '../pipeline/intel.ts';

/** Where an address is and whose network it is in, for people to read; each null if it is not known. */
export interface Origin {
  /** ISO 3166-1 alpha-2. */
  readonly country: string | null;
  /** The number of the autonomous system, and its name as its owner has it. */
  readonly asn: number | null;
  readonly network: string | null;
}

export function originOfAddress(address: Address, geography: Geography): Origin {
  const owner = geography.networkNumber(address);
  return {
    country: geography.country(address) ?? null,
    asn: owner?.asn ?? null,
    network: owner === undefined || owner.name === '' ? null : owner.name,
  };
}

/** Of a finding about an address or a network; undefined for others. */
export function originOf({ subject }: Finding, geography: Geography): Origin | undefined {
  if (subject.kind === 'ip') return originOfAddress(subject.address, geography);
  return subject.kind === 'network' ? originOfAddress(subject.network.base, geography) : undefined;
}

/** `DE, AS3320 Deutsche Telekom AG`; empty if nothing is known. */
export function originText({ country, asn, network }: Origin): string {
  const system = asn === null ? '' : `AS${asn} ${network ?? ''}`.trimEnd();
  return [country ?? '', system].filter((part) => part !== '').join(', ');
}
