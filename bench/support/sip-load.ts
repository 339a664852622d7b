/** Honest-looking SIP requests at a steady rate from many addresses, and what a process group spent on them. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Load {
  /** First three numbers of the SBC's address and of the sources: the SBC is `.1` at port 5060. */
  readonly net: string;
  readonly method: 'REGISTER' | 'OPTIONS';
  readonly uri: string;
  readonly perSecond: number;
  readonly seconds: number;
}

const SOURCES = 100;

/** Sends, and counts the final answers. */
export async function send(load: Load): Promise<{ readonly sent: number; readonly answered: number }> {
  const sockets = await Promise.all(Array.from({ length: SOURCES }, (_, i) => open(`${load.net}.${100 + i}`)));
  let answered = 0;
  for (const socket of sockets) {
    socket.on('message', (data) => {
      if (data.toString('latin1', 8, 9) === '2') answered++;
    });
  }
  let sent = 0;
  const startedAt = performance.now();
  while (sent < load.perSecond * load.seconds) {
    const due = Math.min(((performance.now() - startedAt) / 1000) * load.perSecond, load.perSecond * load.seconds);
    for (; sent < due; sent++) {
      const socket = sockets[sent % SOURCES] as Socket;
      socket.send(request(load, socket.address(), sent), 5060, `${load.net}.1`);
    }
    await sleep(2);
  }
  await sleep(500);
  for (const socket of sockets) socket.close();
  return { sent, answered };
}

async function open(address: string): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, address);
  await once(socket, 'listening');
  return socket;
}

function request(load: Load, { address, port }: { address: string; port: number }, id: number): string {
  const user = 1000 + (id % SOURCES);
  return [
    `${load.method} ${load.uri} SIP/2.0`,
    `Via: SIP/2.0/UDP ${address}:${port};rport;branch=z9hG4bK${process.pid}${id}`,
    'Max-Forwards: 70',
    `From: "Phone ${user}" <sip:${user}@example.com>;tag=t${id}`,
    `To: <sip:${user}@example.com>`,
    `Call-ID: ${process.pid}-${id}@${address}`,
    `CSeq: 1 ${load.method}`,
    'User-Agent: Acme Phone T46 66.86.0.15',
    `Contact: <sip:${user}@${address}:${port}>`,
    'Expires: 300',
    'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, REFER, NOTIFY, SUBSCRIBE, MESSAGE',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

/** Time on a processor in ms, of a process and all its children so far. */
export function processorMs(rootPid: number): number {
  return [rootPid, ...childrenOf(rootPid)].reduce((sum, pid) => sum + runningMs(pid), 0);
}

function childrenOf(pid: number): readonly number[] {
  const lists = globSync(`/proc/${pid}/task/*/children`).map((path) => readFileSync(path, 'utf8'));
  const own = lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number));
  return own.flatMap((child) => [child, ...childrenOf(child)]);
}

/** Linux counts in nanoseconds here, in ticks of 10 ms in `stat`. */
function runningMs(pid: number): number {
  const threads = globSync(`/proc/${pid}/task/*/schedstat`).map((path) => readFileSync(path, 'utf8'));
  return threads.reduce((sum, line) => sum + Number(line.slice(0, line.indexOf(' '))) / 1e6, 0);
}
