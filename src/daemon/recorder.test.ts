import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Commit, SignalRow } from '../store/store.ts';
import { type Pending, Recorder } from './recorder.ts';

const row = { kind: 'register.failed', ip: '192.0.2.1' } as SignalRow;
const pending = (position: number, rows = 1, enforced: Promise<unknown> = Promise.resolve()): Pending => ({
  source: 'test',
  position,
  signals: Array.from({ length: rows }, () => row),
  events: [],
  blocks: [],
  enforced,
});

/** A store that fails as long as `error` is set. */
function fakeStore() {
  const written: Commit[] = [];
  const store = {
    written,
    error: undefined as Error | undefined,
    commit(commit: Commit): Promise<void> {
      if (store.error !== undefined) return Promise.reject(store.error);
      written.push(commit);
      return Promise.resolve();
    },
  };
  return store;
}
const away = () => Object.assign(new Error('the database is away'), { retryable: true });
const refused = () => Object.assign(new Error('the database refuses this'), { retryable: false });

function make(maxRows = 10) {
  const store = fakeStore();
  const faults: string[] = [];
  const recorder = new Recorder({ store, maxRows, onFault: (error) => faults.push(error.message) });
  return { store, faults, recorder };
}

describe('recorder', () => {
  test('writes in order; small batches of one source go together', async () => {
    const { store, recorder } = make();
    for (let i = 1; i <= 5; i++) recorder.add(pending(i));
    recorder.add({ ...pending(6), source: 'other' });
    await recorder.drained;
    const rows = store.written.filter((commit) => commit.source === 'test').map((commit) => commit.signals.length);
    assert.deepEqual(rows, [1, 4], 'the first at once, what came meanwhile together');
    assert.deepEqual(
      store.written.map((commit) => commit.position),
      [1, 5, 6],
    );
  });

  test('many small batches are as much as large ones: none is taken that would have to be dropped', async () => {
    const { store, recorder } = make(100_000);
    store.error = away();
    let taken = 0;
    do recorder.add(pending(++taken, 0));
    while (taken < 60_000 && (await recorder.hasRoom()));
    assert.ok(taken < 50_000);
    store.error = undefined;
    await recorder.drained;
    assert.equal(recorder.lost, 0);
    assert.equal(store.written.at(-1)?.position, taken);
  });

  test('writes nothing before its blocks are in force', async () => {
    const { store, recorder } = make();
    const enforced = Promise.withResolvers<void>();
    recorder.add(pending(1, 1, enforced.promise));
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(store.written.length, 0);
    enforced.resolve();
    await recorder.drained;
    assert.equal(store.written.length, 1);
  });

  test('keeps trying while the store is away, and then loses nothing', async () => {
    const { store, recorder, faults } = make();
    store.error = away();
    for (let i = 1; i <= 10; i++) recorder.add(pending(i));
    assert.equal(await recorder.hasRoom(), false, 'waiting would stop detection');
    assert.ok(recorder.isFailing);
    store.error = undefined;
    await recorder.drained;
    assert.equal(await recorder.hasRoom(), true);
    assert.equal(store.written.flatMap((commit) => commit.signals).length, 10);
    assert.ok(faults.includes('the database is away'));
    assert.equal(recorder.lost, 0);
  });

  test('a slow store is waited for', async () => {
    const { recorder } = make(2);
    recorder.add(pending(1, 5));
    assert.equal(await recorder.hasRoom(), true);
    assert.equal(recorder.waiting, 0);
  });

  test('what the store refuses for good is given up, counted and reported; the rest goes on', async () => {
    const { store, recorder, faults } = make();
    store.error = refused();
    recorder.add(pending(1, 3));
    while (recorder.lost === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    store.error = undefined;
    recorder.add(pending(2));
    await recorder.drained;
    assert.equal(recorder.lost, 1);
    assert.match(faults.at(-1) ?? '', /gave up 3 rows of test: the database refuses this/);
    assert.deepEqual(
      store.written.map((commit) => commit.position),
      [2],
    );
  });

  test('what is refused takes nothing with it that waited beside it', async () => {
    const { store, recorder } = make();
    store.error = away();
    for (let i = 1; i <= 4; i++) recorder.add(pending(i, i));
    while (!recorder.isFailing) await new Promise((resolve) => setTimeout(resolve, 5));
    const commit = store.commit;
    store.commit = (one) =>
      one.signals.length >= 3 && one.signals.length !== 4 ? Promise.reject(refused()) : commit(one);
    store.error = undefined;
    await recorder.drained;
    assert.deepEqual(
      store.written.map(({ position }) => position),
      [1, 2, 4],
    );
    assert.equal(recorder.lost, 1);
  });

  test('says when all that was added so far is written, whatever comes later', async () => {
    const { store, recorder } = make();
    await recorder.settled();
    store.error = away();
    recorder.add(pending(1));
    let isSettled = false;
    const settled = recorder.settled().then(() => {
      isSettled = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.ok(!isSettled);
    const blocked = Promise.withResolvers<void>();
    recorder.add({ ...pending(2), source: 'other', enforced: blocked.promise });
    store.error = undefined;
    await settled;
    assert.deepEqual(
      store.written.map(({ position }) => position),
      [1],
    );
    blocked.resolve();
    await recorder.close(1000);
  });

  test('who only asks about a store that works is not kept waiting by one that fails', async () => {
    const { store, recorder } = make();
    store.error = away();
    recorder.add(pending(1));
    await recorder.settled({ evenIfFailing: false });
    assert.equal(recorder.waiting, 1);
    store.error = undefined;
    await recorder.close(1000);
  });

  test('closing writes what waits, but not for ever', async () => {
    const { store, recorder } = make();
    recorder.add(pending(1));
    await recorder.close(1000);
    assert.equal(store.written.length, 1);
    const stuck = make();
    stuck.store.error = away();
    stuck.recorder.add(pending(1));
    await stuck.recorder.close(50);
    assert.equal(stuck.recorder.waiting, 1, 'its input is read again at the next start');
  });
});
