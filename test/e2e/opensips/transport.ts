/** One socket of a phone: UDP, TCP or TLS, from an address of its own. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export interface Transport extends AsyncDisposable {
  readonly name: 'UDP' | 'TCP' | 'TLS';
  readonly local: Endpoint;
  send(text: string): void;
  /** Called once for each whole message. */
  onMessage: (text: string) => void;
  /** Whether the other side closed the connection. */
  readonly closed: boolean;
}

export async function openUdp(from: string, to: Endpoint): Promise<Transport> {
  const socket = createSocket('udp4');
  socket.bind(0, from);
  await once(socket, 'listening');
  const transport: Transport = {
    name: 'UDP',
    local: { address: from, port: socket.address().port },
    send: (text) => socket.send(Buffer.from(text, 'latin1'), to.port, to.address),
    onMessage: () => {},
    closed: false,
    async [Symbol.asyncDispose]() {
      socket.close();
      await once(socket, 'close');
    },
  };
  socket.on('message', (data) => transport.onMessage(data.toString('latin1')));
  return transport;
}

export async function openTcp(from: string, to: Endpoint): Promise<Transport> {
  const socket = connect({ host: to.address, port: to.port, localAddress: from });
  await once(socket, 'connect');
  return streamTransport('TCP', from, socket);
}

/** Certificates are not what these tests are about. */
export async function openTls(from: string, to: Endpoint): Promise<Transport> {
  const options = { host: to.address, port: to.port, localAddress: from, rejectUnauthorized: false };
  const socket = connectTls(options);
  await once(socket, 'secureConnect');
  return streamTransport('TLS', from, socket);
}

function streamTransport(name: 'TCP' | 'TLS', from: string, socket: Socket): Transport {
  let closed = false;
  let received = '';
  const transport: Transport = {
    name,
    local: { address: from, port: socket.localPort ?? 0 },
    send: (text) => socket.write(Buffer.from(text, 'latin1')),
    onMessage: () => {},
    get closed() {
      return closed;
    },
    async [Symbol.asyncDispose]() {
      socket.destroy();
      if (!closed) await once(socket, 'close');
    },
  };
  socket.on('error', () => {});
  socket.on('close', () => {
    closed = true;
  });
  socket.on('data', (data) => {
    received += data.toString('latin1');
    for (let whole = takeMessage(); whole !== undefined; whole = takeMessage()) transport.onMessage(whole);
  });
  /** The next whole message by its Content-Length (RFC 3261 section 18.3). */
  function takeMessage(): string | undefined {
    const end = received.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const length = Number(/^content-length: *(\d+)/im.exec(received.slice(0, end))?.[1] ?? 0);
    if (received.length < end + 4 + length) return undefined;
    const whole = received.slice(0, end + 4 + length);
    received = received.slice(end + 4 + length);
    return whole;
  }
  return transport;
}
