import type { Socket } from 'node:net';
import type { Endpoint } from '../../lib/config-values.ts';
import type { Listener, Peer } from '../listener.ts';
import { openTcpServer } from '../tcp-server.ts';
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
export function listenTcp(options: TcpListenerOptions): Promise<Listener> {
  return openTcpServer({ ...options, serve: (socket, peer) => serve(socket, peer, options) });
}

function serve(socket: Socket, peer: Peer, options: TcpListenerOptions): void {
  socket.setKeepAlive(true, 60_000);
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
