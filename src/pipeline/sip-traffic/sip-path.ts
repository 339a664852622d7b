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

/** For tables of hosts: cheap to make, and one for each address (not for each /64). */
export type HostKey = number | string;

export function hostKey(address: Address): HostKey {
  return address.family === 4 ? address.low : address.text;
}
