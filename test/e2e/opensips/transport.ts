/** One socket of a phone: UDP, TCP, TLS or secure WebSocket, from an address of its own. */
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export interface Transport extends AsyncDisposable {
  readonly name: 'UDP' | 'TCP' | 'TLS' | 'WSS';
  readonly local: Endpoint;
  /** What the phone believes its address and port to be; a browser knows neither (RFC 7118 section 5.2). */
  readonly sentBy: string;
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
  const { port } = socket.address();
  const transport: Transport = {
    name: 'UDP',
    local: { address: from, port },
    sentBy: `${from}:${port}`,
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

/** A browser's phone: one message a WebSocket frame, and no address of its own (RFC 7118). */
export async function openWss(from: string, to: Endpoint): Promise<Transport> {
  const options = { host: to.address, port: to.port, localAddress: from, rejectUnauthorized: false };
  const socket = connectTls(options);
  await once(socket, 'secureConnect');
  const key = randomBytes(16).toString('base64');
  const upgrade = ['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Key: ${key}`];
  const sip = ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Protocol: sip', 'Origin: https://example.com'];
  socket.write([`GET / HTTP/1.1`, `Host: ${to.address}`, ...upgrade, ...sip, '', ''].join('\r\n'));
  const upgraded = Promise.withResolvers<string>();
  let isUpgraded = false;
  const take = (received: Buffer) => {
    if (isUpgraded) return takeFrame(received);
    const end = received.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    isUpgraded = true;
    upgraded.resolve(received.toString('latin1', 0, end));
    return { message: '', bytes: end + 4 };
  };
  const sentBy = `${randomBytes(4).toString('hex')}.invalid`;
  const transport = messageTransport('WSS', from, socket, { sentBy, pack: packFrame, take });
  const answer = await upgraded.promise;
  if (!answer.startsWith('HTTP/1.1 101')) throw new Error(`no WebSocket: ${answer}`);
  return transport;
}

/** How messages stand in a stream. */
interface Framing {
  readonly sentBy?: string;
  pack(message: Buffer): Buffer;
  /** The first whole message, with how many bytes it takes; undefined while it is not whole. */
  take(received: Buffer): { readonly message: string; readonly bytes: number } | undefined;
}

function streamTransport(name: 'TCP' | 'TLS', from: string, socket: Socket): Transport {
  return messageTransport(name, from, socket, { pack: (message) => message, take: takeByLength });
}

function messageTransport(name: 'TCP' | 'TLS' | 'WSS', from: string, socket: Socket, framing: Framing): Transport {
  let closed = false;
  let received = Buffer.alloc(0);
  const port = socket.localPort ?? 0;
  const transport: Transport = {
    name,
    local: { address: from, port },
    sentBy: framing.sentBy ?? `${from}:${port}`,
    send: (text) => socket.write(framing.pack(Buffer.from(text, 'latin1'))),
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
  socket.on('data', (data: Buffer) => {
    received = Buffer.concat([received, data]);
    for (let whole = framing.take(received); whole !== undefined; whole = framing.take(received)) {
      received = received.subarray(whole.bytes);
      if (whole.message !== '') transport.onMessage(whole.message);
    }
  });
  return transport;
}

/** By Content-Length (RFC 3261 section 18.3). */
function takeByLength(received: Buffer): { message: string; bytes: number } | undefined {
  const text = received.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const bytes = end + 4 + Number(/^content-length: *(\d+)/im.exec(text.slice(0, end))?.[1] ?? 0);
  return text.length < bytes ? undefined : { message: text.slice(0, bytes), bytes };
}

const TEXT_FRAME = 0x81;

/** A text frame; a client masks (RFC 6455 section 5.3), here with zeros. */
function packFrame(message: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt8(TEXT_FRAME, 0);
  head.writeUInt8(0x80 | 126, 1);
  head.writeUInt16BE(message.length, 2);
  return Buffer.concat([head, message]);
}

/** A server's frame; other than text, it is passed over as an empty message. */
function takeFrame(received: Buffer): { message: string; bytes: number } | undefined {
  if (received.length < 4) return undefined;
  const short = (received[1] ?? 0) & 0x7f;
  const start = short === 126 ? 4 : 2;
  const bytes = start + (short === 126 ? received.readUInt16BE(2) : short);
  if (received.length < bytes) return undefined;
  return { message: received[0] === TEXT_FRAME ? received.toString('latin1', start, bytes) : '', bytes };
}
