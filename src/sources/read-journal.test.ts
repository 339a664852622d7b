import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { withStateDir } from '../../test/support/decoy.ts';
import { NOW, signal } from '../../test/support/signals.ts';
import { formatSignal } from '../formats/opensips-events/format-signal.ts';
import type { FilePosition } from '../lib/follow/file-position.ts';
import { Journal } from './journal.ts';
import { type JournalBatch, readJournal } from './read-journal.ts';

function fail(error: Error): never {
  throw error;
}

function openJournal(directory: string): Promise<Journal> {
  return Journal.open({ directory, segmentBytes: 4096, segments: 1000, onFault: fail });
}

/** Reads until so many signals have come, or for two seconds. */
async function read(journal: Journal, position: FilePosition, count: number): Promise<readonly JournalBatch[]> {
  const stop = AbortSignal.timeout(2000);
  const batches: JournalBatch[] = [];
  let signals = 0;
  for await (const batch of readJournal({ path: journal.path, position, sensor: 'decoy', stop, onFault: fail })) {
    batches.push(batch);
    signals += batch.signals.length;
    if (signals >= count) break;
  }
  return batches;
}

function callIds(batches: readonly JournalBatch[]): string[] {
  return batches.flatMap(({ signals }) => signals.map(({ callId }) => callId));
}

function line(number: number): string {
  return formatSignal(signal({ callId: String(number), at: NOW + number }));
}

function numbers(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, i) => String(from + i));
}

test('signals come as they were written, named by the sensor', () =>
  withStateDir(undefined, async (directory) => {
    await using journal = await openJournal(directory);
    const written = signal({
      kind: 'request.refused',
      reason: 'decoy',
      user: 'a,b\nc\0"é😀',
      from: '"x" <sip:a@b>',
      detail: 'nonce fresh',
      proven: 'yes',
      transport: 'tcp',
    });
    journal.append(formatSignal(written));
    const [batch] = await read(journal, journal.segments.beginning, 1);
    assert.deepEqual(batch?.signals, [{ ...written, sensor: 'decoy' }]);
    assert.deepEqual([batch?.lines, batch?.unrecognised], [1, 0]);
  }));

test('nothing is lost and nothing comes twice while the journal is rotated under the reader', () =>
  withStateDir(undefined, async (directory) => {
    await using journal = await openJournal(directory);
    const reading = read(journal, journal.segments.beginning, 3000);
    for (let i = 0; i < 3000; i++) {
      journal.append(line(i));
      if (i % 50 === 0) await journal.flushed();
    }
    assert.deepEqual(callIds(await reading), numbers(0, 3000));
  }));

test('reading goes on after any batch, also in a file that was rotated away', () =>
  withStateDir(undefined, async (directory) => {
    await using journal = await openJournal(directory);
    for (let i = 0; i < 300; i++) {
      journal.append(line(i));
      if (i % 10 === 0) await journal.flushed();
    }
    await journal.flushed();
    const batches = await read(journal, journal.segments.beginning, 300);
    assert.deepEqual(callIds(batches), numbers(0, 300));
    assert.ok(batches.length > 5);
    for (const [index, { position }] of batches.slice(0, -1).entries()) {
      const before = callIds(batches.slice(0, index + 1)).length;
      const rest = await read(journal, position, 300 - before);
      assert.deepEqual(callIds(rest), numbers(before, 300));
    }
  }));

test('a line that is no signal is counted, not lost silently', () =>
  withStateDir(undefined, async (directory) => {
    await writeFile(join(directory, 'signals.log'), `${line(0)}\nE_SIPWARD,1,request.ref`);
    await using journal = await openJournal(directory);
    journal.append(line(1));
    const batches = await read(journal, journal.segments.beginning, 2);
    assert.deepEqual(callIds(batches), ['0', '1']);
    assert.equal(
      batches.reduce((sum, batch) => sum + batch.unrecognised, 0),
      1,
    );
  }));
