import type { Address } from '../address.ts';

/** One captured message as a capture agent reports it (HEP, the Homer Encapsulation Protocol). */
export interface HepPacket {
  /** Milliseconds since the epoch by the agent's clock, undefined if not said (version 1). */
  readonly at: number | undefined;
  readonly source: Address;
  readonly sourcePort: number;
  readonly destination: Address;
  readonly destinationPort: number;
  readonly transport: HepTransport;
  /** Whether the payload is SIP; agents also send RTCP reports, logs, keep-alives. */
  readonly isSip: boolean;
  /** The agent's number, -1 if not said. */
  readonly agent: number;
  /** The agent's password, `''` if not said. */
  readonly authKey: string;
  /** A view of the packet unless it was compressed. */
  readonly payload: Buffer;
}

export type HepTransport = 'udp' | 'tcp' | 'tls' | 'ws' | 'unknown';

export const HEP_FAULTS = [
  /** Neither `HEP3` nor the header of version 1 or 2. */
  'not-hep',
  /** Shorter than it says, or than it must be. */
  'truncated',
  /** A chunk shorter than its own header, longer than the packet, or of a length its type cannot have. */
  'chunk',
  /** No addresses, or of a family that is neither IPv4 nor IPv6. */
  'address',
  /** Compressed, and what is inside cannot be taken out or is longer than any SIP message. */
  'compressed',
] as const;
export type HepFault = (typeof HEP_FAULTS)[number];

/** As OpenSIPS, Kamailio and heplify number them: TLS borrows XNS IDP's number, WebSocket ESP's. */
export function hepTransport(protocol: number): HepTransport {
  switch (protocol) {
    case 17:
      return 'udp';
    case 6:
      return 'tcp';
    case 22:
      return 'tls';
    case 50:
      return 'ws';
    default:
      return 'unknown';
  }
}
