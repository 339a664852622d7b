/** `npm start` is ended together with its daemon, however it is ended. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { eventually } from '../support/daemon.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** Lends a daemon that was started by `npm start` in a process group of its own, and its log. */
async function withNpmStart(use: (npm: ChildProcess, log: () => string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'sipward-npm-'));
  const config = join(dir, 'sipward.yaml');
  writeFileSync(config, 'sources: {}\nweb: {enabled: false}\n');
  // As from a shell: this test is itself run by a script of npm.
  const shell = Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'));
  const argv = ['start', '--', '--config', config, '--state-dir', join(dir, 'state')];
  const npm = spawn('npm', argv, {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: Object.fromEntries(shell),
  });
  let log = '';
  for (const stream of [npm.stdout, npm.stderr]) stream.on('data', (chunk) => (log += String(chunk)));
  try {
    await eventually(() => assert.match(log, / runs: /), 30_000);
    await use(npm, () => log);
  } finally {
    endGroup(npm);
    rmSync(dir, { recursive: true, force: true });
  }
}

/** What is left of it, if anything is. */
function endGroup({ pid = 0 }: ChildProcess): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ESRCH');
  }
}

/** Whether any process of the group still runs. */
function isAlive({ pid = 0 }: ChildProcess): boolean {
  try {
    return process.kill(-pid, 0);
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ESRCH');
    return false;
  }
}

for (const [how, signal, whom] of [
  ['SIGTERM to npm', 'SIGTERM', 1],
  ['SIGHUP to npm', 'SIGHUP', 1],
  ['SIGKILL to npm', 'SIGKILL', 1],
  ['Ctrl-C in the terminal', 'SIGINT', -1],
] as const) {
  test(`${how} ends the daemon in order`, () =>
    withNpmStart(async (npm, log) => {
      const exited = once(npm, 'exit');
      process.kill(whom * (npm.pid ?? 0), signal);
      await exited;
      await eventually(() => assert.equal(isAlive(npm), false), 20_000);
      await eventually(() => assert.match(log(), /"message":"ending"/));
    }));
}

test('a terminal that is closed ends all of it', () =>
  withNpmStart(async (npm) => {
    process.kill(-(npm.pid ?? 0), 'SIGHUP');
    await eventually(() => assert.equal(isAlive(npm), false), 20_000);
  }));

test('the script is what a shell replaces itself by, so that signals reach node', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: { start: string } };
  assert.match(scripts.start, /^exec node /);
});
