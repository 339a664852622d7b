import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Journal, type JournalOptions } from './journal.ts';

async function withDirectory(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'sipward-journal-'));
  try {
    await use(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

function openJournal(directory: string, options: Partial<JournalOptions> = {}): Promise<Journal> {
  const onFault = (error: Error) => assert.fail(error);
  return Journal.open({ directory, segmentBytes: 1e6, segments: 3, onFault, ...options });
}

test('lines are in the file once they are flushed, and again after the next start', () =>
  withDirectory(async (directory) => {
    const journal = await openJournal(join(directory, 'below'));
    journal.append('one');
    journal.append('two');
    await journal.flushed();
    assert.equal(await readFile(journal.path, 'utf8'), 'one\ntwo\n');
    await journal[Symbol.asyncDispose]();
    await using again = await openJournal(join(directory, 'below'));
    again.append('three');
    await again.flushed();
    assert.equal(await readFile(again.path, 'utf8'), 'one\ntwo\nthree\n');
  }));

test('a line that a crash cut short is ended', () =>
  withDirectory(async (directory) => {
    await writeFile(join(directory, 'signals.log'), 'whole\nhal');
    await using journal = await openJournal(directory);
    journal.append('next');
    await journal.flushed();
    assert.equal(await readFile(journal.path, 'utf8'), 'whole\nhal\nnext\n');
  }));

test('lines appended while others are written follow them, in order', () =>
  withDirectory(async (directory) => {
    await using journal = await openJournal(directory);
    const expected: string[] = [];
    for (let i = 0; i < 2000; i++) {
      expected.push(`line ${i}`);
      journal.append(`line ${i}`);
      if (i % 37 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await journal.flushed();
    assert.deepEqual((await readFile(journal.path, 'utf8')).trimEnd().split('\n'), expected);
  }));

test('disposing writes what waits', () =>
  withDirectory(async (directory) => {
    const journal = await openJournal(directory);
    journal.append('last');
    await journal[Symbol.asyncDispose]();
    assert.equal(await readFile(journal.path, 'utf8'), 'last\n');
  }));

test('a full file is rotated, only so many are kept, and it is told when nobody has read one', () =>
  withDirectory(async (directory) => {
    const faults: string[] = [];
    const onFault = (error: Error) => faults.push(error.message);
    await using journal = await openJournal(directory, { segmentBytes: 50, onFault });
    for (let i = 0; i < 5; i++) {
      journal.append(`${i}`.repeat(60));
      await journal.flushed();
    }
    assert.deepEqual((await readdir(directory)).sort(), ['signals.log', 'signals.log.3', 'signals.log.4']);
    assert.equal(await readFile(journal.path, 'utf8'), `${'4'.repeat(60)}\n`);
    assert.equal(await readFile(`${journal.path}.4`, 'utf8'), `${'3'.repeat(60)}\n`);
    assert.deepEqual(faults, Array(2).fill(`journal ${journal.path}: 1 file deleted that nobody had read`));
    assert.equal(journal.lost, 0);
  }));

test('a full disk is told once, costs nothing while there is room in memory, and is counted beyond', async (context) => {
  // `/dev/full` refuses every write with ENOSPC.
  const faults: string[] = [];
  await withDirectory(async (directory) => {
    const { symlink } = await import('node:fs/promises');
    try {
      await symlink('/dev/full', join(directory, 'signals.log'));
    } catch {
      context.skip('no /dev/full here');
      return;
    }
    const journal = await openJournal(directory, { maxWaiting: 100, onFault: (error) => faults.push(error.message) });
    for (let i = 0; i < 5; i++) {
      journal.append('x'.repeat(39));
      await journal.flushed();
    }
    assert.equal(journal.lost, 3);
    await journal[Symbol.asyncDispose]();
  });
  assert.equal(faults.length, 1);
  assert.match(faults[0] ?? '', /cannot be written \(ENOSPC\)/);
});
