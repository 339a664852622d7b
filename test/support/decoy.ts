/** A decoy with real sockets on loopback, lent to a test. */

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/lib/clock.ts';
import type { Batch } from '../../src/pipeline/batch.ts';
import type { Signal } from '../../src/pipeline/signal.ts';
import { decoyConfig } from '../../src/sources/decoy/config.ts';
import { Decoy } from '../../src/sources/decoy/decoy.ts';

export interface LentDecoy {
  readonly decoy: Decoy;
  readonly host: string;
  readonly port: number;
  readonly faults: readonly Error[];
  /** Waits until so many signals have come, and returns all that came so far. */
  signals(count: number): Promise<readonly Signal[]>;
  lastPosition(): unknown;
}

export interface DecoyLoan {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly stateDir?: string;
  readonly from?: unknown;
}

/** Runs a decoy on 127.0.0.1 and a port of the system's choice, unless told otherwise. */
export async function withDecoy(loan: DecoyLoan, use: (lent: LentDecoy) => Promise<void>): Promise<void> {
  await withStateDir(loan.stateDir, async (stateDir) => {
    const config = decoyConfig.parse({ type: 'decoy', listen: ['127.0.0.1:0'], ...loan.config });
    const faults: Error[] = [];
    const decoy = new Decoy(config, {
      name: 'decoy',
      stateDir,
      clock: systemClock,
      onFault: (error) => faults.push(error),
    });
    const stop = new AbortController();
    const batches: Batch[] = [];
    const reading = collect(decoy.batches(loan.from, stop.signal), batches);
    try {
      const opened = await Promise.race([decoy.opened, reading]);
      const { host, port } = opened?.[0] ?? { host: '', port: 0 };
      const all = () => batches.flatMap((batch) => batch.signals);
      const signals = (count: number) => until(all, (seen) => seen.length >= count);
      await use({ decoy, host, port, faults, signals, lastPosition: () => batches.at(-1)?.position });
    } finally {
      stop.abort();
      await reading;
    }
  });
}

async function collect(source: AsyncIterable<Batch>, batches: Batch[]): Promise<undefined> {
  for await (const batch of source) batches.push(batch);
}

export async function withStateDir(given: string | undefined, use: (stateDir: string) => Promise<void>): Promise<void> {
  if (given !== undefined) return use(given);
  const stateDir = await mkdtemp(join(tmpdir(), 'sipward-decoy-'));
  try {
    await use(stateDir);
  } finally {
    await rm(stateDir, { recursive: true });
  }
}

async function until<T extends { readonly length: number }>(get: () => T, done: (value: T) => boolean): Promise<T> {
  for (let waitedMs = 0; waitedMs < 10_000; waitedMs += 10) {
    if (done(get())) return get();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`waited 10 s in vain, ${get().length} so far`);
}

/** Sends a datagram and returns the answer, or undefined if none came within `waitMs`. */
export async function ask(socket: Socket, bytes: Buffer | string, port: number, host: string, waitMs = 300) {
  const answer = once(socket, 'message', { signal: AbortSignal.timeout(waitMs) });
  socket.send(bytes, port, host);
  try {
    return (await answer)[0] as Buffer;
  } catch {
    return undefined;
  }
}

export async function withSocket(host: string, use: (socket: Socket) => Promise<void>): Promise<void> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  socket.bind(0, host);
  await once(socket, 'listening');
  try {
    await use(socket);
  } finally {
    await new Promise<void>((resolve) => socket.close(() => resolve()));
  }
}

/** A UDP port that nobody had a moment ago. */
export async function freePort(): Promise<number> {
  let port = 0;
  await withSocket('0.0.0.0', async (socket) => {
    port = socket.address().port;
  });
  return port;
}
