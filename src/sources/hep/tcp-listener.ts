import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Address } from '../../lib/address.ts';
import type { Endpoint } from '../../lib/config-values.ts';
import { HepFramer } from '../../lib/hep/hep-framer.ts';
import { CannotListen, type Listener, type Peer } from '../listener.ts';

export interface TcpListenerOptions {
  readonly endpoint: Endpoint;
  readonly maxConnections: number;
  /** Called for each report. False ends the connection: this peer has no business here. */
  readonly onReport: (bytes: Buffer, peer: Peer) => boolean;
  readonly onFault: (error: Error) => void;
}

/** Agents keep their connection open; one that says nothing for so long is gone. */
const IDLE_MS = 3_600_000;

/** Opens a TCP socket for capture agents. Nothing is ever sent back. */
export async function listenTcp(options: TcpListenerOptions): Promise<Listener> {
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

function accept(socket: Socket, open: Set<Socket>, options: TcpListenerOptions): void {
  // Resets and time-outs of agents are no news: they connect again.
  socket.on('error', () => {});
  const address = Address.parse(socket.remoteAddress ?? '');
  if (address === undefined || open.size >= options.maxConnections) {
    socket.destroy();
    return;
  }
  open.add(socket);
  socket.once('close', () => open.delete(socket));
  socket.setTimeout(IDLE_MS, () => socket.destroy());
  const framer = new HepFramer();
  const peer = { address, port: socket.remotePort ?? 0 };
  socket.on('data', (chunk: Buffer) => {
    const welcome = framer.push(chunk).every((report) => options.onReport(report, peer));
    if (!welcome || framer.isBroken) socket.destroy();
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
