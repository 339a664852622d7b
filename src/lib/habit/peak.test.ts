import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addToPeriod, countInPeriod, PEAK_WORDS, usualPeak } from './peak.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
const MONDAY = Date.UTC(2026, 0, 12, 9);
const BASE = 1;

const empty = () => new Uint32Array(BASE + PEAK_WORDS + 1);
function weekly(count: number, weeks: number, record = empty(), from = MONDAY) {
  for (let week = 0; week <= weeks; week++)
    addToPeriod(record, BASE, DAY, from + week * WEEK, week < weeks ? count : 0);
  return record;
}

test('a period is counted, and begins anew', () => {
  const record = empty();
  assert.deepEqual(
    [0, HOUR, DAY].map((ms) => addToPeriod(record, BASE, DAY, MONDAY + ms, 2)),
    [2, 4, 2],
  );
  const counts = [DAY, 0].map((ms) => countInPeriod(record, BASE, DAY, MONDAY + ms));
  assert.deepEqual(counts, [2, 0]);
  assert.deepEqual([record[0], record.at(-1)], [0, 0]);
});

test('the habit is the most of the weeks before, not of this one', () => {
  const record = weekly(6, 2);
  addToPeriod(record, BASE, DAY, MONDAY + 2 * WEEK, 8);
  assert.equal(Math.round(usualPeak(record, BASE)), 6);
});

test('it grows slowly', () => {
  const peaks = [1, 2, 3, 4].map((weeks) => Math.round(usualPeak(weekly(100, weeks), BASE)));
  assert.deepEqual(peaks, [8, 24, 56, 100]);
});

test('it is half in eight weeks in which less happened', () => {
  const record = weekly(100, 5);
  weekly(1, 8, record, MONDAY + 5 * WEEK);
  assert.equal(Math.round(usualPeak(record, BASE)), 50);
});

test('what comes late counts in the period that has begun, and a clock that was wrong loses nothing', () => {
  const record = weekly(6, 2);
  const at = MONDAY + 2 * WEEK;
  addToPeriod(record, BASE, DAY, at, 1);
  assert.equal(addToPeriod(record, BASE, DAY, at - DAY, 1), 2);
  addToPeriod(record, BASE, DAY, at + 3 * DAY, 1);
  assert.equal(addToPeriod(record, BASE, DAY, at, 1), 1);
  assert.ok(usualPeak(record, BASE) > 5);
});
