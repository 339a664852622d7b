import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  addToHour,
  countInHour,
  deviates,
  habitOf,
  isUnusedHour,
  usualAround,
  WEEK_HOURS_WORDS,
} from './week-hours.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
/** A Monday, 09:00 UTC. */
const MONDAY = Date.UTC(2026, 0, 12, 9);
const BASE = 3;
const SITE = { min: 10, factor: 3, isPerson: false };
const PERSON = { min: 10, factor: 3, isPerson: true };

const empty = () => new Uint32Array(BASE + WEEK_HOURS_WORDS + 2);
/** The same count in the same hour of so many weeks. */
function weekly(count: number, weeks: number, from = MONDAY, record = empty()) {
  for (let week = 0; week < weeks; week++) addToHour(record, BASE, from + week * WEEK, count);
  return record;
}
const habitAt = (record: Uint32Array, at: number) => {
  addToHour(record, BASE, at, 0);
  const { around, ever } = habitOf(record, BASE);
  return [Math.round(around), Math.round(ever)];
};

test('an hour is counted, and begins anew', () => {
  const record = empty();
  assert.deepEqual(
    [0, MINUTE, HOUR].map((ms) => addToHour(record, BASE, MONDAY + ms, 2)),
    [2, 4, 2],
  );
  assert.deepEqual([countInHour(record, BASE, MONDAY + HOUR), countInHour(record, BASE, MONDAY)], [2, 0]);
});

test('nothing is written beside the record', () => {
  const record = empty();
  for (let hour = 0; hour < 400; hour++) addToHour(record, BASE, MONDAY + hour * HOUR, 70_000);
  assert.deepEqual([...record.slice(0, BASE), ...record.slice(-2)], [0, 0, 0, 0, 0]);
});

describe('the habit', () => {
  test('is what the weeks before brought at that time, give or take an hour', () => {
    const at = MONDAY + 3 * WEEK;
    for (const [hours, around] of [
      [-2, 0],
      [-1, 7],
      [0, 7],
      [1, 7],
      [2, 0],
      [24, 0],
    ] as const) {
      assert.deepEqual(habitAt(weekly(7, 3), at + hours * HOUR), [around, 7], `${hours} hours`);
    }
  });
  test('does not have what this week brought', () => {
    assert.deepEqual(habitAt(weekly(7, 1), MONDAY + DAY), [0, 0]);
    assert.deepEqual(habitAt(weekly(7, 1), MONDAY + WEEK), [7, 7]);
  });
  test('joins Sunday and Monday, and the ends of its own week', () => {
    for (let hour = 0; hour < 168; hour++) {
      assert.deepEqual(habitAt(weekly(7, 2, MONDAY + hour * HOUR), MONDAY + 2 * WEEK + (hour + 1) * HOUR), [7, 7]);
    }
  });
  test('is half in eight weeks of work at other times, and nothing in the end', () => {
    const record = weekly(100, 3);
    const other = MONDAY + 3 * WEEK + 12 * HOUR;
    weekly(1, 9, other, record);
    const [around = 0] = habitAt(record, MONDAY + 12 * WEEK);
    assert.ok(around >= 42 && around <= 52, String(around));
    weekly(1, 100, other + 9 * WEEK, record);
    assert.deepEqual(habitAt(record, MONDAY + 113 * WEEK), [0, 1]);
  });
  test('is not lost while nothing happens', () => {
    assert.deepEqual(
      habitAt(weekly(50, 3), MONDAY + 10 * WEEK).map((n) => Math.abs(n - 50) < 3),
      [true, true],
    );
  });
  test('keeps small counts exact, and large ones within 5 %', () => {
    for (const count of [1, 2, 3, 5, 8, 13, 20])
      assert.deepEqual(habitAt(weekly(count, 2), MONDAY + 2 * WEEK)[0], count);
    for (const count of [100, 1000, 10_000, 60_000]) {
      const [around = 0] = habitAt(weekly(count, 2), MONDAY + 2 * WEEK);
      assert.ok(Math.abs(around / count - 1) < 0.05, `${count}: ${around}`);
    }
  });
});

describe('what deviates', () => {
  const limit = (record: Uint32Array, at: number, rule: typeof SITE, times?: number) => {
    for (let count = 1; count < 10_000; count++) {
      addToHour(record, BASE, at, 1);
      if (deviates(record, BASE, at, rule, times)) return count;
    }
    return undefined;
  };
  const next = MONDAY + 3 * WEEK;
  test('is clear: more than chance makes of few', () => {
    assert.equal(limit(weekly(4, 3), next, SITE), 25);
  });
  test('is large: a multiple of many', () => assert.equal(limit(weekly(63, 3), next, SITE), 189));
  test('is not less than worth a word', () => assert.equal(limit(weekly(1, 3), next + 5 * HOUR, SITE), 10));
  test('is more than a person ever did', () => {
    assert.equal(limit(weekly(20, 3), next + 5 * HOUR, SITE), 10);
    assert.equal(limit(weekly(20, 3), next + 5 * HOUR, PERSON), 36);
    assert.equal(limit(weekly(20, 3), next, PERSON), 60);
  });
  test('is more than others do', () => assert.equal(limit(weekly(63, 3), next, SITE, 2), 378));
  test('is learnt in part, so that it is one again', () => {
    const record = weekly(20, 3);
    const found = [0, 1, 2].map((week) => {
      const at = next + week * WEEK + 5 * HOUR;
      const from = limit(record, at, PERSON);
      addToHour(record, BASE, at, 1000);
      assert.equal(deviates(record, BASE, at, PERSON), true);
      return from;
    });
    assert.deepEqual(found, [36, 55, 65]);
  });
});

test('an hour is unused only if it is so on all days, and this week, too', () => {
  const record = weekly(3, 1);
  const unused = (at: number) => isUnusedHour(record, BASE, at);
  const hours = [-2, -1, 0, 1, 2].map((hour) => unused(MONDAY + 3 * DAY + hour * HOUR));
  assert.deepEqual(hours, [true, false, false, false, true]);
  assert.equal(unused(MONDAY + 2 * WEEK), false);
  assert.equal(unused(MONDAY + 2 * WEEK + 12 * HOUR), true);
  addToHour(record, BASE, MONDAY + 2 * WEEK + 12 * HOUR, 1);
  assert.equal(unused(MONDAY + 2 * WEEK + 12 * HOUR), false);
  assert.equal(unused(MONDAY + 2 * WEEK + 13 * HOUR), false);
});

test('a clock that was wrong for a moment takes nothing with it', () => {
  const record = weekly(7, 3);
  const at = MONDAY + 3 * WEEK;
  addToHour(record, BASE, at + 3 * HOUR, 5);
  assert.equal(addToHour(record, BASE, at + 2 * HOUR, 1), 6);
  addToHour(record, BASE, at + 5 * DAY, 5);
  assert.equal(addToHour(record, BASE, at + 3 * HOUR, 1), 1);
  assert.equal(Math.round(usualAround(weekly(7, 3), BASE)), 7);
});
