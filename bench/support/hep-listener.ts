/**
 * Listens for HEP: `node hep-listener.ts <bare|hep> <udp|tcp>`. `bare` only counts datagrams, `hep` is the source with
 * its journal. Prints its port, and for each line it reads from standard input what came since the last.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { systemClock } from '../../src/lib/clock.ts';
import { hepConfig } from '../../src/sources/hep/config.ts';
import { Hep } from '../../src/sources/hep/hep.ts';
import { udpDrops } from '../../src/sources/udp-drops.ts';

const RECEIVE_BYTES = 4_194_304;
let messages = 0;

async function listenBare(): Promise<number> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: RECEIVE_BYTES });
  socket.on('message', () => messages++);
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket.address().port;
}

async function listenHep(transport: string): Promise<number> {
  const stateDir = mkdtempSync(join(tmpdir(), 'sipward-bench-'));
  process.once('exit', () => rmSync(stateDir, { recursive: true }));
  const onFault = (error: Error) => process.stderr.write(`${error.message}\n`);
  const config = hepConfig.parse({ type: 'hep', listen: ['127.0.0.1:0'] });
  const source = new Hep(config, { name: 'bench', stateDir, clock: systemClock, onFault });
  // Each registration is four messages and one signal.
  (async () => {
    for await (const { signals } of source.batches(undefined, new AbortController().signal))
      messages += 4 * signals.length;
  })().catch(onFault);
  const listening = (await source.opened).find((one) => one.transport === transport);
  return listening?.port ?? 0;
}

const [what = 'hep', transport = 'udp'] = process.argv.slice(2);
const port = what === 'bare' ? await listenBare() : await listenHep(transport);
process.stdout.write(`${port}\n`);
let [cpu, drops] = [process.cpuUsage(), 0];
let [mainCpu, messagesBefore] = [process.threadCpuUsage(), 0];
for await (const _ of createInterface(process.stdin)) {
  const { user, system } = process.cpuUsage(cpu);
  const thread = process.threadCpuUsage(mainCpu);
  const dropped = udpDrops([port]) - drops;
  const got = messages - messagesBefore;
  process.stdout.write(
    `${JSON.stringify({ got, dropped, cpuSeconds: (user + system) / 1e6, threadSeconds: (thread.user + thread.system) / 1e6 })}\n`,
  );
  [cpu, mainCpu, drops, messagesBefore] = [process.cpuUsage(), process.threadCpuUsage(), drops + dropped, messages];
}
process.exit();
