import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Address } from '../../lib/address.ts';
import type { Endpoint } from '../../lib/config-values.ts';
import { type Frame, SipFramer } from '../../lib/sip/index.ts';
import { CannotListen, type Listener } from '../listener.ts';
import type { Peer } from './compose-reply.ts';

export interface TcpListenerOptions {
  readonly endpoint: Endpoint;
  /** Open at a time; one source may have an eighth of them. */
  readonly maxConnections: number;
  /** Called for each message; returns what to send back, or 'close' if this peer does not speak SIP. */
  readonly onMessage: (bytes: Buffer, peer: Peer) => Buffer | 'close' | undefined;
  /** Called for a keep-alive that asks for one back (RFC 5626 section 3.5.1). */
  readonly mayPong: (peer: Peer) => boolean;
  /** The server failed after it was opened. */
  readonly onFault: (error: Error) => void;
}

/** A connection that says nothing for so long is closed. */
const IDLE_MS = 60_000;
/** A peer that does not read its replies is closed when this much waits for it. */
const MAX_UNREAD_BYTES = 65_536;

export async function listenTcp(options: TcpListenerOptions): Promise<Listener> {
  const { endpoint } = options;
  const connections = new Connections(options);
  const server = createServer((socket) => connections.accept(socket));
  try {
    server.listen({ port: endpoint.port, host: endpoint.host, ipv6Only: true });
    await once(server, 'listening');
  } catch (error) {
    throw new CannotListen('tcp', endpoint, error);
  }
  server.on('error', options.onFault);
  return {
    transport: 'tcp',
    endpoint: { host: endpoint.host, port: portOf(server) },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        connections.closeAll();
      }),
  };
}

class Connections {
  readonly #options: TcpListenerOptions;
  readonly #open = new Set<Socket>();
  readonly #bySource = new Map<string, number>();

  constructor(options: TcpListenerOptions) {
    this.#options = { ...options };
  }

  accept(socket: Socket): void {
    // Resets and time-outs of peers are no news; 'close' follows.
    socket.on('error', () => {});
    const address = Address.parse(socket.remoteAddress ?? '');
    if (address === undefined || !this.#admit(socket, address)) {
      socket.destroy();
      return;
    }
    serve(socket, { address, port: socket.remotePort ?? 0 }, this.#options);
  }

  closeAll(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #admit(socket: Socket, address: Address): boolean {
    const { maxConnections } = this.#options;
    const source = address.countedText;
    const count = this.#bySource.get(source) ?? 0;
    if (this.#open.size >= maxConnections || count >= Math.ceil(maxConnections / 8)) return false;
    this.#open.add(socket);
    this.#bySource.set(source, count + 1);
    socket.once('close', () => this.#forget(socket, source));
    return true;
  }

  #forget(socket: Socket, source: string): void {
    this.#open.delete(socket);
    const left = (this.#bySource.get(source) ?? 1) - 1;
    if (left > 0) this.#bySource.set(source, left);
    else this.#bySource.delete(source);
  }
}

function serve(socket: Socket, peer: Peer, options: TcpListenerOptions): void {
  const framer = new SipFramer();
  socket.setTimeout(IDLE_MS, () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    for (const frame of framer.push(chunk)) answer(socket, frame, peer, options);
    if (framer.fault !== undefined) socket.destroySoon();
    if (socket.writableLength > MAX_UNREAD_BYTES) socket.destroy();
  });
  // What never became a whole message may still be a knock at the door: a TLS greeting, half a request.
  socket.once('close', () => {
    const rest = framer.rest();
    if (rest.length > 0) options.onMessage(rest, peer);
  });
}

function answer(socket: Socket, frame: Frame, peer: Peer, options: TcpListenerOptions): void {
  if (frame === 'ping') {
    if (options.mayPong(peer)) socket.write('\r\n');
    return;
  }
  const reply = options.onMessage(frame, peer);
  if (reply === 'close') socket.destroySoon();
  else if (reply !== undefined) socket.write(reply);
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
