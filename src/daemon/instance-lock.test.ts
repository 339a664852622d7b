import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { LOCK_FILE, lockStateDir, StateDirInUse } from './instance-lock.ts';

async function withDir(use: (dir: string) => Promise<void> | void): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'sipward-lock-'));
  try {
    await use(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

test('a second daemon on the same directory is refused until the first is gone', () =>
  withDir((dir) => {
    const first = lockStateDir(dir);
    assert.throws(() => lockStateDir(dir), StateDirInUse);
    first[Symbol.dispose]();
    lockStateDir(dir)[Symbol.dispose]();
  }));

test('a process that is killed leaves no lock behind', () =>
  withDir(async (dir) => {
    const module = new URL('./instance-lock.ts', import.meta.url).href;
    const code = `import('${module}').then((m) => { globalThis.lock = m.lockStateDir(process.argv[1]); console.log('held'); setInterval(() => {}, 1000); })`;
    const child = spawn(process.execPath, ['-e', code, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    assert.throws(() => lockStateDir(dir), /another sipward is running on it/);
    child.kill('SIGKILL');
    await once(child, 'exit');
    lockStateDir(dir)[Symbol.dispose]();
  }));

test('a directory that is not there is an error of its own, with its name', () => {
  assert.throws(
    () => lockStateDir('/nonexistent/sipward'),
    (error: Error) =>
      !(error instanceof StateDirInUse) && error.message.startsWith('state directory /nonexistent/sipward: '),
  );
});

test('what is no lock file is not taken for another daemon', () =>
  withDir((dir) => {
    writeFileSync(join(dir, LOCK_FILE), 'something else, long enough to be read as a database '.repeat(20));
    assert.throws(
      () => lockStateDir(dir),
      (error: Error) => !(error instanceof StateDirInUse) && error.message.includes(dir),
    );
  }));
