import { Address } from '../../lib/address.ts';
import type { SipRequest } from '../../lib/sip/message.ts';
import { isPrivate } from '../../lib/special-networks.ts';
import type { SignalFields, Transport } from '../signal.ts';
import { hostKey, type SipPath } from './sip-path.ts';

export type Sender = Pick<SignalFields, 'address' | 'port' | 'transport'>;

/**
 * Who sent a request: the source of the packet, or, behind a proxy of one's own, whom the proxy had it from. A proxy
 * writes that into the Via below its own (`received`, RFC 3261 section 18.2.1). Anybody could write such a Via, so only a
 * private address that speaks to a private one is believed: there is no stranger between the SBC and its back end.
 */
export function senderOf(request: SipRequest, path: SipPath): Sender {
  return forwarded(request, path) ?? { address: path.source, port: path.sourcePort, transport: path.transport };
}

/** Whether it is somebody else who sent it. */
export function isForwarded({ address }: Sender, { source }: SipPath): boolean {
  return hostKey(address) !== hostKey(source);
}

function forwarded(request: SipRequest, { source, destination }: SipPath): Sender | undefined {
  if (!isPrivate(source) || !isPrivate(destination)) return undefined;
  const via = request.secondVia;
  const address = via && Address.parse((via.received ?? via.host).replace(/^\[|\]$/g, ''));
  if (via === undefined || address === undefined) return undefined;
  return { address, port: via.rport || via.port || 0, transport: transportOf(via.transport) };
}

function transportOf(name: string): Transport {
  const transports: readonly Transport[] = ['udp', 'tcp', 'tls', 'ws', 'wss'];
  return transports.find((transport) => transport.toUpperCase() === name) ?? 'unknown';
}
