import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Address } from '../../lib/address.ts';
import type { Endpoint } from '../../lib/config-values.ts';
import { CannotListen, type Listener, type Peer } from '../listener.ts';
import { JsonFramer } from './json-framer.ts';

export interface TcpListenerOptions {
  readonly endpoint: Endpoint;
  readonly maxConnections: number;
  readonly mayConnect: (peer: Peer) => boolean;
  /** Called with the objects of each piece of the stream; returns what to answer, '' for nothing. */
  readonly onObjects: (objects: readonly string[], peer: Peer) => Promise<string>;
  readonly onFault: (error: Error) => void;
}

/** Opens a TCP socket that OpenSIPS connects to and keeps open. */
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
  // Resets are no news: OpenSIPS connects again.
  socket.on('error', () => {});
  const address = Address.parse(socket.remoteAddress ?? '');
  const peer = address === undefined ? undefined : { address, port: socket.remotePort ?? 0 };
  if (peer === undefined || open.size >= options.maxConnections || !options.mayConnect(peer)) {
    socket.destroy();
    return;
  }
  open.add(socket);
  socket.once('close', () => open.delete(socket));
  socket.setKeepAlive(true, 60_000);
  serve(socket, peer, options);
}

function serve(socket: Socket, peer: Peer, options: TcpListenerOptions): void {
  const framer = new JsonFramer();
  socket.on('data', (chunk: Buffer) => {
    const objects = framer.push(chunk);
    if (framer.isBroken) socket.destroy();
    if (objects.length === 0) return;
    options.onObjects(objects, peer).then((answer) => {
      if (answer !== '' && socket.writable) socket.write(answer);
    }, options.onFault);
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
