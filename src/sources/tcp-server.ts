import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Address } from '../lib/address.ts';
import type { Endpoint } from '../lib/config-values.ts';
import { CannotListen, type Listener, type Peer } from './listener.ts';

export interface TcpServerOptions {
  readonly endpoint: Endpoint;
  readonly maxConnections: number;
  /** Whether this peer may connect at all; everybody if not given. */
  readonly mayConnect?: (peer: Peer) => boolean;
  /** Called for each connection; its errors need no handling: senders connect again. */
  readonly serve: (socket: Socket, peer: Peer) => void;
  readonly onFault: (error: Error) => void;
}

/** Opens a TCP socket for senders that connect and stay. One connection too many is closed at once. */
export async function openTcpServer(options: TcpServerOptions): Promise<Listener> {
  const { endpoint, onFault } = options;
  const open = new Set<Socket>();
  const server = createServer((socket) => accept(socket, open, options));
  try {
    server.listen({ port: endpoint.port, host: endpoint.host, ipv6Only: true });
    await once(server, 'listening');
  } catch (error) {
    throw new CannotListen('tcp', endpoint, error);
  }
  server.on('error', onFault);
  return {
    transport: 'tcp',
    endpoint: { host: endpoint.host, port: portOf(server) },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

function accept(socket: Socket, open: Set<Socket>, { maxConnections, mayConnect, serve }: TcpServerOptions): void {
  // Resets and time-outs are no news: senders connect again.
  socket.on('error', () => {});
  const address = Address.parse(socket.remoteAddress ?? '');
  const peer = address === undefined ? undefined : { address, port: socket.remotePort ?? 0 };
  if (peer === undefined || open.size >= maxConnections || mayConnect?.(peer) === false) {
    socket.destroy();
    return;
  }
  open.add(socket);
  socket.once('close', () => open.delete(socket));
  serve(socket, peer);
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
