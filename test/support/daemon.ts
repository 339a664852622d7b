/** A real daemon in a process of its own, lent to a test. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';

const MAIN = resolve(import.meta.dirname, '../../src/cli/main.ts');
const ENVIRONMENT = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };

export interface LentDaemon {
  readonly stateDir: string;
  /** What it wrote to its standard error. */
  readonly log: () => string;
  /** Starts it again after `kill`; resolves when it answers. */
  start(): Promise<void>;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  /** Ends it in order; the exit code. */
  stop(): Promise<number | null>;
  /** Replaces its configuration, for the next start. */
  reconfigure(config: unknown): void;
  /** The program and arguments of a command of sipward against it, for others to run. */
  argv(...command: string[]): readonly string[];
  /** Runs a command of sipward with --json against it; its parsed answer. */
  ask(...command: string[]): Promise<Record<string, never>>;
  /** The same, its text and exit code. */
  run(...command: string[]): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
}

export interface DaemonLoan {
  readonly config: unknown;
  /** Put before the command: another network namespace. */
  readonly prefix?: readonly string[];
}

/** @throws if the daemon has not answered within 20 s */
export async function withDaemon(loan: DaemonLoan, use: (daemon: LentDaemon) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'sipward-e2e-'));
  const stateDir = join(dir, 'state');
  const configFile = join(dir, 'sipward.yaml');
  writeFileSync(configFile, stringify(loan.config));
  const globals = ['--config', configFile, '--state-dir', stateDir];
  let child: ChildProcess | undefined;
  let log = '';

  const daemon: LentDaemon = {
    stateDir,
    log: () => log,
    async start() {
      const [file = '', ...args] = [...(loan.prefix ?? []), process.execPath, MAIN, 'run', ...globals];
      child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'], env: ENVIRONMENT });
      child.stderr?.on('data', (chunk) => {
        log += String(chunk);
      });
      await eventually(async () => {
        assert.equal(child?.exitCode, null, `the daemon ended: ${log}`);
        const { code, stdout } = await daemon.run('status', '--json');
        assert.equal(code, 0);
        assert.equal((JSON.parse(stdout) as { daemon: boolean }).daemon, true);
      }, 20_000);
    },
    reconfigure: (config) => writeFileSync(configFile, stringify(config)),
    async kill() {
      child?.kill('SIGKILL');
      if (child?.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
    async stop() {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
      child.kill('SIGTERM');
      await once(child, 'exit');
      return child.exitCode;
    },
    async ask(...command) {
      const { code, stdout, stderr } = await daemon.run(...command, '--json');
      assert.equal(code, 0, `sipward ${command.join(' ')}: ${stderr}`);
      return JSON.parse(stdout) as Record<string, never>;
    },
    argv: (...command) => [process.execPath, MAIN, ...globals, ...command],
    run: (...command) =>
      new Promise((resolveRun) => {
        const [file = '', ...args] = daemon.argv(...command);
        const ran = execFile(
          file,
          args,
          { env: ENVIRONMENT, timeout: 60_000, maxBuffer: 2 ** 28 },
          (_error, stdout, stderr) => resolveRun({ code: ran.exitCode ?? 1, stdout, stderr }),
        );
      }),
  };
  try {
    await daemon.start();
    await use(daemon);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n--- log of the daemon\n${log}`, {
      cause: error,
    });
  } finally {
    await daemon.kill();
    rmSync(dir, { recursive: true });
  }
}

/** Tries again until `check` passes; after `withinMs` its error stands. */
export async function eventually(check: () => Promise<void> | void, withinMs = 10_000): Promise<void> {
  const until = Date.now() + withinMs;
  while (true) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((done) => setTimeout(done, 50));
    }
  }
}
