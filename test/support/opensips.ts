/** A real OpenSIPS for tests, on loopback addresses of its own, with the configuration that sipward renders. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { MiClient } from '../../src/lib/opensips/mi-client.ts';
import { type OpensipsConfig, opensipsConfig } from '../../src/opensips/config.ts';
import { findProgram } from '../../src/opensips/program.ts';
import { renderSbc } from '../../src/opensips/render/render.ts';
import { writeRendered } from '../../src/opensips/render/write.ts';

export interface OpensipsProgram {
  readonly binary: string;
  /** `3.6.8` */
  readonly version: string;
  readonly modulesDir: string;
}

/** Every OpenSIPS on the PATH: `opensips`, and `opensips-4` where a second one is installed. */
export function findOpensips(): readonly OpensipsProgram[] {
  return ['opensips', 'opensips-4'].flatMap((name) => {
    const { binary, version, modulesDir } = findProgram(name) ?? {};
    return binary === undefined || version === undefined || modulesDir === undefined
      ? []
      : [{ binary, version, modulesDir }];
  });
}

/** The line that says why a test did not run. */
export const NO_OPENSIPS = 'OpenSIPS is not on the PATH: nothing was tried against the real program';

let nextNet = process.pid % 15000;

/** A /24 of loopback for one test: 127.64.0 to 127.122.255, so that tests can run beside each other. */
export function loopbackNet(): string {
  nextNet = (nextNet + 1) % 15000;
  return `127.${64 + Math.floor(nextNet / 256)}.${nextNet % 256}`;
}

export interface RunningOpensips {
  readonly program: OpensipsProgram;
  readonly config: OpensipsConfig;
  /** First three numbers of all addresses of this test; the SBC is `.1`. */
  readonly net: string;
  readonly dir: string;
  readonly mi: MiClient;
  /** What was written to the events file so far. */
  readonly events: () => string;
  readonly log: () => string;
  /** Ends the process and starts another one, which knows nothing of the first. */
  readonly restart: () => Promise<void>;
}

/** Lends a running complete SBC; `settings` go over the defaults of these tests. */
export async function withOpensips(
  program: OpensipsProgram,
  settings: (net: string) => z.input<typeof opensipsConfig>,
  use: (opensips: RunningOpensips) => Promise<void>,
): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'sipward-opensips-'));
  const net = loopbackNet();
  const config = opensipsConfig.parse({
    dir: `${dir}/etc`,
    events: `${dir}/events.log`,
    mi: `http://127.0.0.1:${await freePort()}/mi`,
    binary: program.binary,
    'modules-dir': program.modulesDir,
    listen: [`udp:${net}.1:5060`, `tcp:${net}.1:5060`],
    workers: 2,
    log: 'stderr',
    domains: ['example.com'],
    'back-ends': [`${net}.2:5060`],
    ...settings(net),
  });
  writeRendered(config.dir, renderSbc(config));
  const log = `${dir}/opensips.log`;
  const start = () => startOpensips(program, `${config.dir}/sbc/opensips.cfg`, log);
  const mi = new MiClient(config.mi);
  let child = start();
  try {
    await answering(mi, log);
    await listening(config.listen);
    await use({
      program,
      config,
      net,
      dir,
      mi,
      events: () => (existsSync(config.events) ? readFileSync(config.events, 'latin1') : ''),
      log: () => readFileSync(log, 'utf8'),
      restart: async () => {
        await stop(child, 'SIGTERM');
        child = start();
        await answering(mi, log);
        await listening(config.listen);
      },
    });
  } finally {
    mi.close();
    await stop(child, 'SIGTERM');
    rmSync(dir, { recursive: true });
  }
}

function startOpensips(program: OpensipsProgram, cfg: string, log: string): ChildProcess {
  // Its own process group, so that its workers can be ended with it, and a memory that bears a flood.
  const command = `exec "$0" -F -m 256 -f "$1" >>"$2" 2>&1`;
  return spawn('sh', ['-c', command, program.binary, cfg, log], { detached: true, stdio: 'ignore' });
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  const force = setTimeout(() => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'), 5_000);
  await gone;
  clearTimeout(force);
}

/** MI answers before the TCP workers of a busy machine listen. */
async function listening(sockets: readonly string[]): Promise<void> {
  const [, host = '', port = ''] =
    sockets.map((text) => /^tcp:([\d.]+):(\d+)$/.exec(text)).find((match) => match) ?? [];
  if (host === '') return;
  for (let attempt = 0; attempt < 100; attempt++) {
    const socket = connect(Number(port), host);
    const heard = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (heard) return;
    await sleep(100);
  }
  throw new Error(`OpenSIPS does not listen on tcp:${host}:${port}`);
}

async function answering(mi: MiClient, log: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      await mi.call('uptime');
      return;
    } catch {
      await sleep(100);
    }
  }
  throw new Error(`OpenSIPS does not answer:\n${readFileSync(log, 'utf8').split('\n').slice(-20).join('\n')}`);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Waits until `condition` gives something, or fails with `message`. */
export async function eventually<T>(
  message: string,
  condition: () => T | undefined | Promise<T | undefined>,
  ms = 5_000,
): Promise<T> {
  const end = performance.now() + ms;
  for (;;) {
    const result = await condition();
    if (result !== undefined && result !== false) return result;
    if (performance.now() > end) throw new Error(message);
    await sleep(50);
  }
}
