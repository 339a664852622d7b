/** Sends HEP reports to a listener, each in a process of its own, and says what came of them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Listening {
  /** `bare` only counts datagrams, `hep` is the source with its journal. */
  readonly what: 'bare' | 'hep';
  readonly transport: 'udp' | 'tcp';
}

export interface Passage {
  readonly sent: number;
  /** A second, as the sender managed. */
  readonly rate: number;
  readonly lost: number;
  /** Of the listener, for one message: its event loop alone, and all its threads. */
  readonly loopMicroseconds: number;
  readonly cpuMicroseconds: number;
  /** Of the machine, over the last minute. */
  readonly load: number;
}

interface Sent {
  readonly sent: number;
  readonly seconds: number;
}

interface Got {
  readonly got: number;
  readonly cpuSeconds: number;
  readonly threadSeconds: number;
}

/** What is on its way to the last reader when the sender is done. */
const SETTLE_MS = 1500;

/** One listener, and each rate (messages a second) in turn for some seconds. The first is to warm up, and left out. */
export async function measurePassage(
  { what, transport }: Listening,
  rates: readonly number[],
  seconds: number,
): Promise<readonly Passage[]> {
  const listener = spawn(process.execPath, [script('hep-listener.ts'), what, transport], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(listener.stdout)[Symbol.asyncIterator]();
  const port = String((await lines.next()).value);
  const passages: Passage[] = [];
  for (const rate of [rates[0] ?? 0, ...rates]) {
    const { sent, seconds: took } = await send(transport, port, rate, seconds);
    await sleep(SETTLE_MS);
    listener.stdin.write('\n');
    const { got, cpuSeconds, threadSeconds } = JSON.parse(String((await lines.next()).value)) as Got;
    passages.push({
      sent,
      rate: sent / took,
      lost: sent - got,
      loopMicroseconds: (threadSeconds * 1e6) / got,
      cpuMicroseconds: (cpuSeconds * 1e6) / got,
      load: loadavg()[0] ?? 0,
    });
  }
  listener.stdin.end();
  await once(listener, 'exit');
  return passages.slice(1);
}

async function send(transport: string, port: string, rate: number, seconds: number): Promise<Sent> {
  const args = [script('hep-sender.ts'), transport, port, String(rate), String(seconds)];
  const sender = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const said = (await sender.stdout.toArray()).join('');
  return JSON.parse(said) as Sent;
}

function script(name: string): string {
  return new URL(name, import.meta.url).pathname;
}
