import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Counters, HOUR_MS, hourOf } from './counters.ts';
import { withEngine } from './engine.testkit.ts';
import { doorKnock, NOW, signalRow } from './samples.testkit.ts';

const HOUR = hourOf(NOW);

/** Rows of node:sqlite have no prototype. */
const plain = (rows: readonly object[]) => rows.map((row) => ({ ...row }));

test('the hour of a time is its start, before 1970 too', () => {
  assert.equal(hourOf(HOUR_MS + 1), HOUR_MS);
  assert.equal(hourOf(HOUR_MS), HOUR_MS);
  assert.equal(hourOf(-1), -HOUR_MS);
});

test('sums of a batch are added to those stored', () =>
  withEngine(async ({ db, dialect }) => {
    for (let round = 0; round < 2; round++) {
      const counters = new Counters();
      counters.addSignal(signalRow({ at: NOW - round, count: 3 }));
      counters.addSignal(doorKnock({ at: NOW + 1 }));
      counters.addEvent(NOW);
      counters.addEvent(NOW + HOUR_MS);
      counters.addBlock(NOW);
      await counters.write(db, dialect);
    }
    assert.deepEqual(plain(await db.selectFrom('hourly_counts').selectAll().orderBy('hour').execute()), [
      { hour: dialect.time(HOUR), failures: 6, door_knocks: 2, events: 2, blocks: 2 },
      { hour: dialect.time(HOUR + HOUR_MS), failures: 0, door_knocks: 0, events: 2, blocks: 0 },
    ]);
    const [source, ...others] = await db.selectFrom('hourly_sources').selectAll().execute();
    assert.equal(others.length, 0);
    assert.deepEqual(
      [source?.source_ip, source?.failures, source?.door_knocks, source?.total, source?.first_at, source?.last_at],
      ['203.0.113.7', 6, 2, 8, dialect.time(NOW - 1), dialect.time(NOW + 1)],
    );
    assert.deepEqual(plain(await db.selectFrom('hourly_accounts').select(['username', 'failures']).execute()), [
      { username: '1001', failures: 6 },
    ]);
  }));

test('addresses of a /64 have one sum, whichever came first', () =>
  withEngine(async ({ db, dialect }) => {
    const counters = new Counters();
    for (const ip of ['2001:db8::1', '2001:db8::2', '2001:db8::1']) counters.addSignal(signalRow({ ip }));
    await counters.write(db, dialect);
    assert.deepEqual(plain(await db.selectFrom('hourly_sources').select(['source_ip', 'total']).execute()), [
      { source_ip: '2001:db8::/64', total: 3 },
    ]);
  }));

test('a batch without signals writes nothing', () =>
  withEngine(async ({ db, dialect }) => {
    await new Counters().write(db, dialect);
    assert.deepEqual(plain(await db.selectFrom('hourly_counts').selectAll().execute()), []);
  }));
