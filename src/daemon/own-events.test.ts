import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openEngine } from '../store/open-engine.ts';
import { SqlStore } from '../store/sql-store.ts';
import type { Store } from '../store/store.ts';
import { OwnEvents } from './own-events.ts';

const NOW = Date.UTC(2026, 0, 15);
const SILENT = { type: 'sensor_silent', severity: 'error', description: 'edge is silent' } as const;

interface Bench {
  readonly store: SqlStore;
  readonly time: { now: number };
  readonly told: string[];
  /** Lends a run of the events, as of one process. */
  readonly run: (use: (events: OwnEvents) => void, store?: Pick<Store, 'addEvents' | 'resolveEvent'>) => Promise<void>;
  readonly stateDir: string;
}

async function withBench(use: (bench: Bench) => Promise<void>): Promise<void> {
  const stateDir = mkdtempSync(join(tmpdir(), 'sipward-events-'));
  const store = new SqlStore(await openEngine({ type: 'sqlite' }, stateDir));
  const time = { now: NOW };
  const told: string[] = [];
  const tell = (fields: object, message: string) => told.push(`${message} ${JSON.stringify(fields)}`);
  const run: Bench['run'] = async (work, over = store) => {
    const log = { warn: tell, error: tell };
    await using events = await OwnEvents.restored({ store: over, stateDir, clock: () => time.now, log });
    work(events);
  };
  try {
    await use({ store, time, told, run, stateDir });
  } finally {
    await store.close();
    rmSync(stateDir, { recursive: true });
  }
}

const outcome = async (store: Store) =>
  (await store.events({})).map(({ at, resolvedAt, resolvedBy }) => [at, resolvedAt, resolvedBy]);

describe('events of sipward about itself', () => {
  test('that tell of a state are written once while it lasts, and resolved when it is over', () =>
    withBench(async ({ store, time, told, run }) => {
      await run((events) => {
        events.end('source edge');
        events.begin('source edge', SILENT);
        time.now = NOW + 1;
        events.begin('source edge', SILENT);
        events.begin('source other', { ...SILENT, description: 'other is silent' });
        events.end('source edge');
        time.now = NOW + 2;
        events.begin('source edge', SILENT);
      });
      assert.deepEqual(await outcome(store), [
        [NOW + 2, null, null],
        [NOW + 1, null, null],
        [NOW, NOW + 1, 'sipward'],
      ]);
      assert.deepEqual(told, []);
    }));

  test('are known after a restart: not told twice, and resolved then', () =>
    withBench(async ({ store, time, run }) => {
      await run((events) => events.begin('source edge', SILENT));
      time.now = NOW + 1;
      await run((events) => events.begin('source edge', SILENT));
      assert.deepEqual(await outcome(store), [[NOW, null, null]]);
      time.now = NOW + 2;
      await run((events) => events.end('source edge'));
      assert.deepEqual(await outcome(store), [[NOW, NOW + 2, 'sipward']]);
    }));

  test('are resolved with the time it was over, however late the store takes it', () =>
    withBench(async ({ store, time, told, run }) => {
      const away = { addEvents: store.addEvents.bind(store), resolveEvent: () => Promise.reject(new Error('away')) };
      await run((events) => {
        events.begin('source edge', SILENT);
        time.now = NOW + 1;
        events.end('source edge');
      }, away);
      assert.match(told.join(), /^an event could not be written \{"error":"Error: away"\}$/);
      time.now = NOW + 2;
      await run((events) => events.end('anything'));
      assert.deepEqual(await outcome(store), [[NOW, NOW + 1, 'sipward']]);
    }));

  test('that somebody resolved by hand stay as they are', () =>
    withBench(async ({ store, run }) => {
      await run((events) => events.begin('source edge', SILENT));
      await store.resolveEvent({ id: 1 }, NOW + 7, 'alice');
      await run((events) => events.end('source edge'));
      assert.deepEqual(await outcome(store), [[NOW, NOW + 7, 'alice']]);
    }));

  test('that tell of a fact are written each time', () =>
    withBench(async ({ store, time, run }) => {
      await run((events) => {
        events.note(SILENT, '192.0.2.1');
        time.now++;
        events.note(SILENT, '192.0.2.2');
      });
      assert.deepEqual(
        (await store.events({})).map(({ ip }) => ip),
        ['192.0.2.2', '192.0.2.1'],
      );
    }));

  test('go on where what was kept is damaged, and say so', () =>
    withBench(async ({ store, stateDir, told, run }) => {
      const path = join(stateDir, 'open-events.json');
      writeFileSync(path, '{"open": 7}');
      await run((events) => events.begin('source edge', SILENT));
      assert.match(told.join(), /^which events of sipward are open cannot be read: resolve/);
      assert.equal((await outcome(store)).length, 1);
      assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')).open.length, 1);
    }));
});
