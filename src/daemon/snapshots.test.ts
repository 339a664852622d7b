import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { NOW, series, signal } from '../../test/support/signals.ts';
import { configSchema } from '../config/schema.ts';
import type { Signal } from '../pipeline/signal.ts';
import { buildPipeline, type PipelineParts } from './pipeline-parts.ts';
import { Snapshots, type SnapshotsOptions } from './snapshots.ts';

const DAY = 86_400_000;
const SETTLED = { settled: () => Promise.resolve(), isFailing: false };

interface Run extends PipelineParts {
  readonly snapshots: Snapshots;
  readonly faults: string[];
}

async function withStateDir(story: (start: (changes?: Changes) => Run, file: string) => Promise<void>): Promise<void> {
  const stateDir = mkdtempSync(join(tmpdir(), 'sipward-snapshots-'));
  try {
    await story((changes) => startOn(stateDir, changes), join(stateDir, 'detection.snapshot'));
  } finally {
    rmSync(stateDir, { recursive: true });
  }
}

interface Changes extends Partial<Pick<SnapshotsOptions, 'clock' | 'recorder' | 'others'>> {
  readonly config?: unknown;
}

/** As after a start of the daemon: nothing is known yet. */
function startOn(stateDir: string, changes: Changes = {}): Run {
  const { config = {}, clock = () => NOW, recorder = SETTLED, others = [] } = changes;
  const faults: string[] = [];
  const parts = buildPipeline(configSchema.parse(config), assert.fail);
  const onFault = (error: Error) => faults.push(error.message);
  return { ...parts, faults, snapshots: new Snapshots({ stateDir, clock, parts, others, recorder, onFault }) };
}

const going = () => new AbortController().signal;
const typesOf = ({ pipeline }: Run, signals: readonly Signal[]) =>
  pipeline.process(signals).map(({ finding, decision }) => `${finding.type} ${decision.action}`);
/** One in half an hour. */
const slow = (count: number, from: number) => series(count, 30 * 60_000, { at: NOW + from * 30 * 60_000 });
const strangers = (count: number, from: number) =>
  Array.from({ length: count }, (_, i) => signal({ ip: `100.64.${from + i}.1`, at: NOW + i }));

describe('across a restart', () => {
  const cases: readonly [string, readonly Signal[], readonly Signal[], string][] = [
    ['the failures of a day', slow(15, 0), slow(5, 15), 'brute_force_detected block'],
    ['the sources that fail at an account', strangers(10, 0), strangers(1, 10), 'distributed_attack watch'],
    [
      'the accounts that one source tries',
      slow(10, 0).map((one, i) => ({ ...one, user: `a${i}` })),
      slow(9, 10).map((one, i) => ({ ...one, user: `b${i}` })),
      'username_enumeration block',
    ],
    [
      'who is known good',
      [signal({ kind: 'register.ok' })],
      series(5, 1000, { at: NOW + DAY }),
      'misconfigured_device watch',
    ],
  ];
  for (const [name, before, after, found] of cases) {
    test(`is known: ${name}`, () =>
      withStateDir(async (start) => {
        const first = start();
        assert.deepEqual(typesOf(first, before), []);
        await first.snapshots.take(true, going());
        const second = start();
        assert.equal(await second.snapshots.restore(), before.at(-1)?.at);
        assert.ok(typesOf(second, after).includes(found));
        assert.ok(!typesOf(start(), after).includes(found), 'and would not be without the snapshot');
      }));
  }
});

test('whose credentials are whose is known across a restart', () =>
  withStateDir(async (start) => {
    const credentials = { authUser: 'office', authRealm: 'asterisk' };
    const first = start();
    typesOf(first, [signal({ kind: 'register.ok', ...credentials })]);
    await first.snapshots.take(true, going());
    const second = start();
    await second.snapshots.restore();
    const call = signal({ kind: 'call.started', user: 'x', ...credentials });
    assert.deepEqual(
      [second, start()].map(({ pipeline }) => pipeline.callers.attribute(call).user),
      ['1001', 'office'],
    );
  }));

describe('a snapshot is not used', () => {
  test('if there is none', () =>
    withStateDir(async (start) => {
      const run = start();
      assert.equal(await run.snapshots.restore(), undefined);
      assert.deepEqual(run.faults, []);
    }));
  test('if it is damaged: that is told, and everything starts anew', () =>
    withStateDir(async (start, file) => {
      writeFileSync(file, 'x');
      const run = start();
      assert.equal(await run.snapshots.restore(), undefined);
      assert.match(run.faults[0] ?? '', /damaged/);
    }));
  test('if it is older than times can be told apart', () =>
    withStateDir(async (start) => {
      const first = start();
      typesOf(first, slow(1, 0));
      await first.snapshots.take(true, going());
      assert.equal(await start({ clock: () => NOW + 21 * DAY }).snapshots.restore(), undefined);
    }));
  test('by a detector whose settings changed; the others are as they were', () =>
    withStateDir(async (start) => {
      const first = start();
      typesOf(first, [...slow(1, 0), signal({ kind: 'register.ok', ip: '198.51.100.1' })]);
      await first.snapshots.take(true, going());
      const rules = [{ count: 'failures', threshold: 7, window: '1h' }];
      const second = start({ config: { detectors: { 'brute-force': { rules } } } });
      assert.equal(await second.snapshots.restore(), NOW);
      assert.deepEqual(second.faults, ['brute-force: its settings changed, it starts anew']);
      assert.equal(
        second.detectors.find(({ detector }) => detector.name === 'brute-force')?.detector.state().tracked,
        0,
      );
    }));
  test('by a part that cannot read it; the others are as they were', () =>
    withStateDir(async (start) => {
      const first = start({ others: [{ name: 'silence', snapshot: () => 4, restore: () => true }] });
      typesOf(first, strangers(10, 0));
      await first.snapshots.take(true, going());
      const restored: unknown[] = [];
      const others = [{ name: 'silence', snapshot: () => 4, restore: (state: unknown) => restored.push(state) > 0 }];
      const second = start({ others });
      const detector =
        second.detectors.find(({ detector: { name } }) => name === 'brute-force')?.detector ?? assert.fail();
      detector.restore = () => assert.fail('odd');
      assert.equal(await second.snapshots.restore(), first.pipeline.newestAt);
      assert.deepEqual(second.faults, ['brute-force: what was kept cannot be read, it starts anew (odd)']);
      assert.deepEqual(restored, [4]);
      assert.ok(typesOf(second, strangers(1, 10)).includes('distributed_attack watch'));
    }));
  test('of a detector that is off now', () =>
    withStateDir(async (start) => {
      const first = start();
      typesOf(first, slow(1, 0));
      await first.snapshots.take(true, going());
      const second = start({ config: { detectors: { distributed: { mode: 'off' } } } });
      assert.notEqual(await second.snapshots.restore(), undefined);
      assert.deepEqual(second.faults, []);
    }));
});

describe('a snapshot is not written', () => {
  test('before the rows of all its signals are, and then with what was known when it was taken', () =>
    withStateDir(async (start, file) => {
      const rows = Promise.withResolvers<void>();
      const run = start({ recorder: { settled: () => rows.promise, isFailing: false } });
      typesOf(run, slow(1, 0));
      const taking = run.snapshots.take(true, going());
      typesOf(run, slow(1, 1));
      await new Promise((resolve) => setTimeout(resolve, 20));
      assert.ok(!existsSync(file));
      rows.resolve();
      await taking;
      assert.equal(await start().snapshots.restore(), NOW);
    }));
  test('while the store is away, or a source is behind', () =>
    withStateDir(async (start, file) => {
      await start({ recorder: { ...SETTLED, isFailing: true } }).snapshots.take(true, going());
      await start().snapshots.take(false, going());
      assert.ok(!existsSync(file));
    }));
  test('when sipward stops first', () =>
    withStateDir(async (start, file) => {
      const stop = new AbortController();
      const run = start({ recorder: { settled: () => new Promise(() => {}), isFailing: false } });
      const taking = run.snapshots.take(true, stop.signal);
      stop.abort();
      await taking;
      assert.ok(!existsSync(file));
      await run.snapshots.takeLast();
      assert.ok(existsSync(file), 'but for the last one');
    }));
});

test('what others know is kept beside it', () =>
  withStateDir(async (start) => {
    const taken: unknown[] = [];
    const others = [
      { name: 'silence', snapshot: () => ({ weeks: 4 }), restore: (state: unknown) => taken.push(state) > 0 },
    ];
    const first = start({ others });
    first.pipeline.process([signal()]);
    await first.snapshots.take(true, going());
    await start({ others }).snapshots.restore();
    assert.deepEqual(taken, [{ weeks: 4 }]);
  }));
