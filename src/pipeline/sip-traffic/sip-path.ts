import type { Address } from '../../lib/address.ts';
import type { Transport } from '../signal.ts';

/** From where to where a SIP message went, and when. */
export interface SipPath {
  /** Milliseconds since the epoch, by the sensor's clock. */
  readonly at: number;
  readonly source: Address;
  readonly sourcePort: number;
  readonly destination: Address;
  readonly destinationPort: number;
  readonly transport: Transport;
}

/** `0.0.0.0` and `::`, which agents report where they do not know better (FreeSWITCH does of all IPv6). */
export function isNobody({ family, high, low, hostHigh, hostLow }: Address): boolean {
  return family === 4 ? low === 0 : (high | low | hostHigh | hostLow) === 0;
}

/** For tables of hosts: cheap to make, and one for each address (not for each /64). */
export type HostKey = number | string;

export function hostKey(address: Address): HostKey {
  return address.family === 4 ? address.low : address.text;
}
