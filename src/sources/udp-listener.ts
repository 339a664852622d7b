import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { Address } from '../lib/address.ts';
import type { Endpoint } from '../lib/config-values.ts';
import { CannotListen, type Listener, type Peer } from './listener.ts';

export interface UdpListenerOptions {
  readonly endpoint: Endpoint;
  /** Called for each datagram; returns what to send back. */
  readonly onDatagram: (bytes: Buffer, peer: Peer) => Buffer | undefined;
  /** What the kernel is asked to keep for us while we are busy; it keeps less if `net.core.rmem_max` is less. */
  readonly receiveBytes: number;
  /** The socket failed after it was opened. */
  readonly onFault: (error: Error) => void;
}

/** Opens a UDP socket. Answers go to where the datagram came from, never to an address in its text. */
export async function listenUdp(options: UdpListenerOptions): Promise<Listener> {
  const { endpoint } = options;
  const v6 = endpoint.host.includes(':');
  const socket = createSocket({ type: v6 ? 'udp6' : 'udp4', ipv6Only: v6, recvBufferSize: options.receiveBytes });
  try {
    socket.bind(endpoint.port, endpoint.host);
    await once(socket, 'listening');
  } catch (error) {
    socket.close();
    throw new CannotListen('udp', endpoint, error);
  }
  socket.on('error', options.onFault);
  socket.on('message', (bytes, remote) => receive(socket, options, bytes, remote));
  return {
    transport: 'udp',
    endpoint: { host: endpoint.host, port: socket.address().port },
    receiveBytes: socket.getRecvBufferSize(),
    [Symbol.asyncDispose]: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

interface Remote {
  readonly address: string;
  readonly port: number;
}

function receive(socket: Socket, options: UdpListenerOptions, bytes: Buffer, remote: Remote): void {
  const address = Address.parse(remote.address);
  // Port 0 cannot be answered (RFC 768: "not used").
  if (address === undefined || remote.port === 0) return;
  const reply = options.onDatagram(bytes, { address, port: remote.port });
  // A reply that cannot be sent (the peer is gone, or blocked just now) is what UDP is: nobody waits for it.
  if (reply !== undefined) socket.send(reply, remote.port, remote.address, () => {});
}
