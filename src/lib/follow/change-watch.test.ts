import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChangeWatch } from './change-watch.ts';
import { withFile } from './follow.testkit.ts';

/** So much sooner than by looking every 250 ms that it was told. */
const TOLD_MS = 150;

async function watching(
  path: string,
  use: (watch: ChangeWatch, stop: AbortController) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  using watch = new ChangeWatch(path, stop.signal);
  await use(watch, stop);
}

/** How long it takes after `change` until it is told, when there was nothing to tell before. */
async function toldAfter(watch: ChangeWatch, change: () => void): Promise<number> {
  // Right after it looked of itself, so that it will not do so again for a while.
  while ((await timed(() => watch.wait())) < TOLD_MS);
  setImmediate(change);
  return await timed(() => watch.wait());
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

describe('ChangeWatch', () => {
  it('tells at once of lines that are appended, and of a new file', () =>
    withFile(async (path) => {
      writeFileSync(path, '');
      await watching(path, async (watch) => {
        assert.ok((await toldAfter(watch, () => appendFileSync(path, 'a\n'))) < TOLD_MS);
        assert.ok((await toldAfter(watch, () => renameSync(path, `${path}.1`))) < TOLD_MS);
        assert.ok((await toldAfter(watch, () => appendFileSync(`${path}.1`, 'b\n'))) < TOLD_MS);
        assert.ok((await toldAfter(watch, () => writeFileSync(path, 'c\n'))) < TOLD_MS);
      });
    }));

  it('tells of what is behind a symbolic link', () =>
    withFile(async (path) => {
      const target = join(dirname(path), 'elsewhere', 'y.log');
      mkdirSync(dirname(target));
      writeFileSync(target, '');
      symlinkSync(target, path);
      await watching(path, async (watch) => {
        assert.ok((await toldAfter(watch, () => appendFileSync(target, 'a\n'))) < TOLD_MS);
      });
    }));

  it('looks every now and then, and more often while there is no directory to watch', () =>
    withFile(async (path) => {
      await watching(join(path, 'missing', 'x.log'), async (watch) => {
        for (let looks = 0; looks < 3; looks++) await watch.wait();
        rmSync(dirname(path), { recursive: true });
        await watch.wait();
      });
    }));

  it('remembers what changed while nobody waited', () =>
    withFile(async (path) => {
      writeFileSync(path, '');
      await watching(path, async (watch) => {
        await watch.wait();
        await watch.wait();
        appendFileSync(path, 'a\n');
        await sleep(TOLD_MS / 3);
        assert.ok((await timed(() => watch.wait())) < TOLD_MS / 3);
      });
    }));

  it('ends waiting when stopped', () =>
    withFile(async (path) => {
      await watching(path, async (watch, stop) => {
        await watch.wait();
        setImmediate(() => stop.abort());
        await watch.wait();
        await watch.wait();
      });
    }));
});
