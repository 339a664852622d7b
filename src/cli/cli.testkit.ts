/** Runs the real `main` on a state directory of its own. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Io } from './io.ts';
import { main } from './main.ts';

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Pretend that output goes to a terminal. */
  readonly terminal?: boolean;
  readonly columns?: number;
  /** Ends `run`. */
  readonly stop?: AbortSignal;
  /** Told of everything that is written, as it is written. */
  readonly onWrite?: (text: string) => void;
}

export interface Cli {
  /** Current directory, also the place for files of the test. */
  readonly directory: string;
  readonly time: { now: number };
  run(argv: readonly string[], options?: RunOptions): Promise<Run>;
  /** Runs and parses the answer to --json. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
  json(...argv: readonly string[]): Promise<any>;
  write(name: string, text: string): string;
}

export const START = Date.UTC(2026, 0, 1);

export async function withCli(use: (cli: Cli) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'sipward-cli-'));
  const time = { now: START };
  const run: Cli['run'] = (argv, options = {}) =>
    runMain(['--state-dir', join(directory, 'state'), ...argv], directory, () => time.now, options);
  try {
    await use({
      directory,
      time,
      run,
      json: async (...argv) => {
        const { code, stdout, stderr } = await run([...argv, '--json']);
        if (code !== 0) throw new Error(`exit ${code}: ${stderr}`);
        return JSON.parse(stdout);
      },
      write: (name, text) => {
        writeFileSync(join(directory, name), text);
        return join(directory, name);
      },
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function runMain(argv: readonly string[], cwd: string, clock: () => number, options: RunOptions): Promise<Run> {
  const { stdin = '', env = {}, terminal: isTerminal = false, columns = 80, onWrite } = options;
  const stdout: string[] = [];
  const stderr: string[] = [];
  const keep = (parts: string[], text: string) => {
    parts.push(text);
    onWrite?.(text);
  };
  const io: Io = {
    stdin: Readable.from([stdin]),
    stdout: { write: (text) => keep(stdout, text), isTerminal, columns },
    stderr: { write: (text) => keep(stderr, text), isTerminal, columns },
    // A configuration of this machine must not change what tests see.
    env: { SIPWARD_CONFIG: '/dev/null', ...env },
    cwd,
    clock,
    user: 'ann',
    stop: options.stop ?? new AbortController().signal,
  };
  const code = await main(argv, io);
  return { code, stdout: stdout.join(''), stderr: stderr.join('') };
}

/** Lends a daemon that runs on the state directory of `cli`, and ends it in order. */
export async function withDaemon(
  cli: Cli,
  config: string,
  use: (banner: string, ended: Promise<Run>) => Promise<void>,
): Promise<Run> {
  const stop = new AbortController();
  const file = cli.write('daemon.yaml', config);
  const { promise: started, resolve } = Promise.withResolvers<string>();
  const onWrite = (text: string) => (text.includes(' runs: ') ? resolve(text) : undefined);
  const ended = cli.run(['--config', file, 'run'], { stop: stop.signal, onWrite });
  try {
    const banner = await Promise.race([started, ended.then(({ stderr }) => Promise.reject(new Error(stderr)))]);
    await use(banner, ended);
  } finally {
    stop.abort();
    await ended;
  }
  return ended;
}

const PATIENCE_MS = 15_000;

/** Asks again and again until the answer is right. */
export async function until<T>(ask: () => Promise<T>, is: (value: T) => boolean): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const value = await ask();
    if (is(value)) return value;
    assert.ok(performance.now() < deadline, `still ${JSON.stringify(value)}`);
    await sleep(50);
  }
}
