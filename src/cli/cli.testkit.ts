/** Runs the real `main` on a state directory of its own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
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

async function runMain(
  argv: readonly string[],
  cwd: string,
  clock: () => number,
  { stdin = '', env = {}, terminal = false, columns = 80 }: RunOptions,
): Promise<Run> {
  const stdout: string[] = [];
  const stderr: string[] = [];
  const io: Io = {
    stdin: Readable.from([stdin]),
    stdout: { write: (text) => void stdout.push(text), isTerminal: terminal, columns },
    stderr: { write: (text) => void stderr.push(text), isTerminal: terminal, columns },
    // A configuration of this machine must not change what tests see.
    env: { SIPWARD_CONFIG: '/dev/null', ...env },
    cwd,
    clock,
    user: 'ann',
    stop: new AbortController().signal,
  };
  const code = await main(argv, io);
  return { code, stdout: stdout.join(''), stderr: stderr.join('') };
}
