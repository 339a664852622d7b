/**
 * A program that stands for a SIP server or for its clients, started in a network namespace:
 * `peer.testkit.ts serve PORT…` echoes UDP and TCP, `peer.testkit.ts client` does what it reads on stdin.
 */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { connect, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

export interface ClientCommand {
  /** `udp`: send and wait for the echo; `open`: connect by TCP; `tcp`: send and wait; `closed`: wait for the end; `flood`. */
  readonly op: 'udp' | 'open' | 'tcp' | 'closed' | 'flood';
  /** Each source address has one UDP socket and one connection, so that a flow goes on. */
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly waitMs: number;
}

function serve(ports: readonly number[]): void {
  let received = 0;
  let latest = '';
  const note = (protocol: string, address = '', port = 0) => {
    latest = `${protocol}:${address.replace('::ffff:', '')}:${port}`;
  };
  for (const port of ports) {
    const udp = createSocket({ type: 'udp6', ipv6Only: false });
    udp.on('message', (message, peer) => {
      received++;
      note('udp', peer.address, peer.port);
      if (message.toString() !== 'flood') udp.send(message, peer.port, peer.address);
    });
    udp.bind(port, '::');
    // Its end may be a reset: that is what is being tried.
    createServer((socket) => {
      note('tcp', socket.remoteAddress, socket.remotePort);
      socket.on('error', () => {}).pipe(socket);
    }).listen(port, '::');
  }
  // Each line asks how many UDP packets have arrived, or for the flow that was heard of last.
  createInterface({ input: process.stdin }).on('line', (line) => console.log(line === 'latest' ? latest : received));
  process.stdin.on('end', () => process.exit());
}

function client(): void {
  const sockets = new Map<string, UdpSocket>();
  const connections = new Map<string, Socket>();
  createInterface({ input: process.stdin }).on('line', (line) => {
    const command: ClientCommand = JSON.parse(line);
    void answer(command, sockets, connections).then((ok) => console.log(ok ? 1 : 0));
  });
  process.stdin.on('end', () => process.exit());
}

async function answer(command: ClientCommand, sockets: Map<string, UdpSocket>, connections: Map<string, Socket>) {
  switch (command.op) {
    case 'udp':
      return udp(command, await udpSocket(command, sockets));
    case 'flood':
      return flood(command, await udpSocket(command, sockets));
    case 'open':
      return open(command, connections);
    case 'tcp':
      return tcp(command, connections.get(command.from));
    case 'closed':
      return closed(command, connections.get(command.from));
    default:
      return command.op satisfies never;
  }
}

function within(ms: number, executor: (resolve: (ok: boolean) => void) => void): Promise<boolean> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(false), ms);
    executor(resolve);
  });
}

async function udpSocket({ from }: ClientCommand, sockets: Map<string, UdpSocket>): Promise<UdpSocket> {
  const known = sockets.get(from);
  if (known) return known;
  const socket = createSocket(from.includes(':') ? 'udp6' : 'udp4');
  sockets.set(from, socket);
  await new Promise<void>((resolve) => socket.bind(0, from, resolve));
  return socket;
}

function udp({ to, port, waitMs }: ClientCommand, socket: UdpSocket): Promise<boolean> {
  return within(waitMs, (resolve) => {
    socket.once('message', () => resolve(true));
    socket.send('REGISTER', port, to);
  });
}

/** Sends as fast as it can for as long as it shall wait. */
async function flood({ to, port, waitMs }: ClientCommand, socket: UdpSocket): Promise<boolean> {
  const end = Date.now() + waitMs;
  while (Date.now() < end) {
    for (let i = 0; i < 100; i++) socket.send('flood', port, to);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return true;
}

function open({ from, to, port, waitMs }: ClientCommand, connections: Map<string, Socket>): Promise<boolean> {
  const socket = connect({ host: to, port, localAddress: from });
  connections.set(from, socket);
  return within(waitMs, (resolve) => {
    socket.once('connect', () => resolve(true)).on('error', () => resolve(false));
  });
}

function tcp({ waitMs }: ClientCommand, socket: Socket | undefined): Promise<boolean> {
  return within(waitMs, (resolve) => {
    socket?.once('data', () => resolve(true));
    socket?.write('REGISTER');
  });
}

function closed({ waitMs }: ClientCommand, socket: Socket | undefined): Promise<boolean> {
  return within(waitMs, (resolve) => {
    if (socket?.destroyed !== false) resolve(true);
    else socket.once('close', () => resolve(true)).resume();
  });
}

const [role, ...ports] = process.argv.slice(2);
if (role === 'serve') serve(ports.map(Number));
if (role === 'client') client();
