import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { behaviourConfig } from './config.ts';
import { SensorHabits } from './sensor.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
/** A Monday, midnight UTC. */
const START = Date.UTC(2026, 0, 12);
const CONFIG = behaviourConfig.parse({});

/** The same calls in each hour of so many weeks. */
function habits(calls: number, weeks: number): SensorHabits {
  const sensor = new SensorHabits();
  for (let at = START; at < START + weeks * WEEK; at += HOUR) sensor.count('calls', at, calls, CONFIG);
  return sensor;
}
const night = START + 4 * WEEK + 2 * HOUR;

describe('traffic', () => {
  test('far beyond the habit of its time is told, with the numbers, once a day', () => {
    const sensor = habits(100, 4);
    assert.equal(sensor.count('calls', night, 299, CONFIG), undefined);
    const found = sensor.count('calls', night, 10, CONFIG);
    assert.match(
      found?.reason ?? '',
      /^309 calls between 02:00 and 03:00 UTC on a Monday; by habit of 4 weeks at most about \d+ at that time and at most/,
    );
    assert.deepEqual([found?.severity, found?.count, found?.since], ['warning', 309, night]);
    assert.equal(sensor.count('calls', night + 1, 1000, CONFIG), undefined);
    assert.equal(sensor.count('calls', night + HOUR, 1000, CONFIG), undefined);
    assert.equal(sensor.count('calls', night + DAY, 1000, CONFIG)?.count, 1000);
  });
  test('is not told before there is a habit, or below what is worth a word', () => {
    assert.equal(habits(100, 1).count('calls', START + WEEK, 100_000, CONFIG), undefined);
    assert.equal(habits(1, 4).count('calls', night, 199, CONFIG), undefined);
    assert.equal(habits(1, 4).count('failures', night, 999, CONFIG), undefined);
  });
  test('of each kind has its own habit', () => {
    assert.equal(habits(100, 4).count('registrations', night, 1000, CONFIG)?.what, 'registrations');
  });
});

test('others are busy only where there are others', () => {
  const busy = habits(200, 4);
  busy.count('calls', night, 500, CONFIG);
  assert.ok(Math.abs(busy.busyness(night, 100) - 2) < 0.1);
  assert.equal(busy.busyness(night, 450), 1);
  const quiet = habits(20, 4);
  quiet.count('calls', night, 500, CONFIG);
  assert.equal(quiet.busyness(night, 0), 1);
});

test('the fourth account in an hour makes a crowd', () => {
  const sensor = new SensorHabits();
  const verdicts = Array.from({ length: 6 }, (_, i) => sensor.joinCrowd('calls', night + i));
  assert.deepEqual(verdicts, ['told', 'told', 'told', 'crowd', 'drowned', 'drowned']);
  assert.equal(sensor.joinCrowd('networks', night), 'told');
  assert.equal(sensor.joinCrowd('calls', night + HOUR), 'told');
});

test('habits survive a restart', () => {
  const before = habits(100, 4);
  const after = new SensorHabits();
  assert.equal(after.restore(structuredClone(before.snapshot())), true);
  assert.deepEqual(after.count('calls', night, 400, CONFIG), before.count('calls', night, 400, CONFIG));
  assert.equal(new SensorHabits().restore({ words: new Uint32Array(3), agents: [] }), false);
});
