/** The thread of the store must start from TypeScript and from what `tsc` builds alike. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const root = resolve(import.meta.dirname, '../..');

test('the published package opens a store', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'sipward-dist-'));
  try {
    const outDir = join(dir, 'dist');
    execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.build.json', '--outDir', outDir], { cwd: root });
    await symlink(join(root, 'node_modules'), join(dir, 'node_modules'));
    const script = `
      const { openStore } = await import(${JSON.stringify(join(outDir, 'store/open-store.js'))});
      const store = await openStore({ type: 'sqlite' }, { stateDir: ${JSON.stringify(dir)} });
      await store.commit({ source: 'log', position: 7, signals: [], events: [], blocks: [] });
      console.log(JSON.stringify(await store.positions()));
      await store.close();`;
    const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
    assert.deepEqual(JSON.parse(printed), { log: 7 });
  } finally {
    await rm(dir, { recursive: true });
  }
});
