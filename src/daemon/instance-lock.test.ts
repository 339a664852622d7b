import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { lockStateDir, StateDirInUse } from './instance-lock.ts';

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

test('a directory that is not there is an error of its own', () => {
  assert.throws(
    () => lockStateDir('/nonexistent/sipward'),
    (error) => !(error instanceof StateDirInUse),
  );
});
