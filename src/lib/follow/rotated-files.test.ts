import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  renameSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { following, readOn, withFile } from './follow.testkit.ts';

describe('followFile: rotation while it runs', () => {
  it('by renaming: the old file to its end, then the new one', () =>
    withFile(async (path) => {
      writeFileSync(path, 'a\n');
      await following(path, { start: 'beginning' }, async ({ next }) => {
        assert.deepEqual(await next(1), ['a']);
        renameSync(path, `${path}.1`);
        appendFileSync(`${path}.1`, 'b\n');
        assert.deepEqual(await next(1), ['b']);
        writeFileSync(path, '');
        appendFileSync(`${path}.1`, 'c\n');
        assert.deepEqual(await next(1), ['c']);
        appendFileSync(path, 'd\n');
        assert.deepEqual(await next(1), ['d']);
      });
    }));

  it('by copying and emptying', () =>
    withFile(async (path) => {
      writeFileSync(path, 'a\n');
      await following(path, { start: 'beginning' }, async ({ next }) => {
        assert.deepEqual(await next(1), ['a']);
        copyFileSync(path, `${path}.1`);
        truncateSync(path);
        appendFileSync(path, 'b\n');
        assert.deepEqual(await next(1), ['b']);
      });
    }));

  it('by copying and emptying, twice before it looks, when it knew only a few bytes', () =>
    withFile(async (path) => {
      writeFileSync(path, 'first\n');
      await following(path, {}, async ({ next }) => {
        for (const [number, line] of ['a', 'b'].entries()) {
          appendFileSync(path, `${line}\n`);
          if (number > 0) renameSync(`${path}.1`, `${path}.2`);
          copyFileSync(path, `${path}.1`);
          truncateSync(path);
        }
        appendFileSync(path, 'longer than the first\n');
        assert.deepEqual(await next(3), ['a', 'b', 'longer than the first']);
      });
    }));

  it('into another file behind a symbolic link', () =>
    withFile(async (path) => {
      writeFileSync(`${path}-20261122`, 'a\n');
      symlinkSync(`${path}-20261122`, path);
      await following(path, { start: 'beginning' }, async ({ next }) => {
        assert.deepEqual(await next(1), ['a']);
        appendFileSync(`${path}-20261122`, 'b\n');
        assert.deepEqual(await next(1), ['b']);
        writeFileSync(`${path}-20261123`, 'c\n');
        unlinkSync(path);
        symlinkSync(`${path}-20261123`, path);
        assert.deepEqual(await next(1), ['c']);
      });
    }));

  it('of the whole directory', () =>
    withFile(async (file) => {
      const path = join(dirname(file), 'logs', 'x.log');
      mkdirSync(dirname(path));
      writeFileSync(path, 'a\n');
      await following(path, { start: 'beginning' }, async ({ next }) => {
        assert.deepEqual(await next(1), ['a']);
        renameSync(dirname(path), `${dirname(path)}.old`);
        mkdirSync(dirname(path));
        writeFileSync(path, 'b\n');
        assert.deepEqual(await next(1), ['b']);
        appendFileSync(path, 'c\n');
        assert.deepEqual(await next(1), ['c']);
      });
    }));
});

describe('followFile: rotation while it does not run', () => {
  it('several times by renaming', () =>
    withFile(async (path) => {
      writeFileSync(path, 'a\n');
      const { position } = await readOn(path, undefined, 1);
      appendFileSync(path, 'b\n');
      for (const [number, line] of ['c', 'd', 'e'].entries()) {
        for (let old = number; old > 0; old--) renameSync(`${path}.${old}`, `${path}.${old + 1}`);
        renameSync(path, `${path}.1`);
        writeFileSync(path, `${line}\n`);
      }
      assert.deepEqual((await readOn(path, position, 4)).lines, ['b', 'c', 'd', 'e']);
    }));

  it('several times by copying and emptying', () =>
    withFile(async (path) => {
      writeFileSync(path, 'a\n');
      const { position } = await readOn(path, undefined, 1);
      appendFileSync(path, 'b\n');
      for (const [number, line] of ['c', 'd', 'e'].entries()) {
        for (let old = number; old > 0; old--) renameSync(`${path}.${old}`, `${path}.${old + 1}`);
        copyFileSync(path, `${path}.1`);
        truncateSync(path);
        appendFileSync(path, `${line}\n`);
      }
      assert.deepEqual((await readOn(path, position, 4)).lines, ['b', 'c', 'd', 'e']);
    }));

  it('without a new file so far', () =>
    withFile(async (path) => {
      writeFileSync(path, 'a\n');
      const { position } = await readOn(path, undefined, 1);
      appendFileSync(path, 'b\n');
      renameSync(path, `${path}.1`);
      await following(path, { position }, async ({ next }) => {
        assert.deepEqual(await next(1), ['b']);
        writeFileSync(path, 'c\n');
        assert.deepEqual(await next(1), ['c']);
      });
    }));

  it('leaves files alone that were rotated away before', () =>
    withFile(async (path) => {
      writeFileSync(`${path}.1`, 'long ago\n');
      writeFileSync(`${path}-20200101`, 'longer ago\n');
      await sleep(20);
      writeFileSync(path, 'a\n');
      const { position } = await readOn(path, undefined, 1);
      renameSync(`${path}.1`, `${path}.2`);
      renameSync(path, `${path}.1`);
      writeFileSync(path, 'b\n');
      assert.deepEqual((await readOn(path, position, 1)).lines, ['b']);
    }));

  it('says that lines may be lost if the file is gone, and reads the new one, of the same inode or not', () =>
    withFile(async (path) => {
      writeFileSync(path, 'a\nb\n');
      const { position } = await readOn(path, undefined, 2);
      unlinkSync(path);
      // ext4 gives the inode to the next file that is made.
      writeFileSync(path, 'other\nlines\n');
      const faults: string[] = [];
      const { lines } = await readOn(path, position, 2, { onFault: (error) => void faults.push(error.message) });
      assert.deepEqual(lines, ['other', 'lines']);
      assert.equal(faults.length, 1);
      assert.match(faults[0]!, /read up to byte 4 is gone or was emptied.* may be lost/);
    }));
});
