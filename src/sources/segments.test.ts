import assert from 'node:assert/strict';
import { appendFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { withStateDir } from '../../test/support/decoy.ts';
import { TrackedFile } from '../lib/follow/tracked-file.ts';
import { Segments } from './segments.ts';

const NAME = 'signals.log';

async function positionIn(path: string) {
  const file = await TrackedFile.open(path);
  assert.ok(file);
  await using _ = file;
  return file.position;
}

test('the current file is made; a full one gets a number, counting up also after a restart', () =>
  withStateDir(undefined, async (directory) => {
    const path = join(directory, NAME);
    const segments = await Segments.open(path);
    await appendFile(path, 'first\n');
    assert.equal(await segments.rotate(10), 0);
    await appendFile(path, 'second\n');
    await (await Segments.open(path)).rotate(10);
    assert.deepEqual((await readdir(directory)).sort(), [NAME, `${NAME}.1`, `${NAME}.2`]);
    assert.equal((await Segments.open(path)).beginning.inode, (await positionIn(`${path}.1`)).inode);
  }));

test('numbers are numbers, and other files are left alone', () =>
  withStateDir(undefined, async (directory) => {
    const path = join(directory, NAME);
    for (const name of [`${NAME}.9`, `${NAME}.10`, `${NAME}.bak`, 'other.log.1'])
      await writeFile(join(directory, name), name);
    const segments = await Segments.open(path);
    assert.equal(segments.beginning.inode, (await positionIn(`${path}.9`)).inode);
    await segments.rotate(2);
    assert.deepEqual((await readdir(directory)).sort(), ['other.log.1', NAME, `${NAME}.11`, `${NAME}.bak`]);
  }));

test('files beyond the limit are deleted, and those that nobody has read are told', () =>
  withStateDir(undefined, async (directory) => {
    const path = join(directory, NAME);
    const segments = await Segments.open(path);
    segments.readUpTo(segments.beginning);
    assert.equal(await segments.rotate(3), 0);
    assert.equal(await segments.rotate(3), 0);
    assert.equal(segments.count, 3);
    assert.equal(await segments.rotate(3), 1, 'the one being read');
    segments.readUpTo(await positionIn(path));
    assert.equal(await segments.rotate(3), 0);
    assert.equal(await segments.rotate(1), 2, 'the one being read and the one after it');
  }));

test('what comes before a stored position is deleted', () =>
  withStateDir(undefined, async (directory) => {
    const path = join(directory, NAME);
    const segments = await Segments.open(path);
    for (let i = 0; i < 3; i++) await segments.rotate(10);
    await segments.forgetBefore(await positionIn(`${path}.3`));
    assert.deepEqual((await readdir(directory)).sort(), [NAME, `${NAME}.3`]);
    await segments.forgetBefore({ dev: '1', inode: '1', fingerprint: '0:', offset: 0 });
    assert.equal(segments.count, 2, 'a position that is nowhere deletes nothing');
  }));

test('a current file that somebody moved away does no harm', () =>
  withStateDir(undefined, async (directory) => {
    const path = join(directory, NAME);
    const segments = await Segments.open(path);
    await rm(path);
    await segments.rotate(10);
    assert.deepEqual(await readdir(directory), [NAME]);
  }));
