import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tell } from './told.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 0, 12, 9);

test('again after a day, two, four, and at most sixteen', () => {
  const record = new Uint32Array(2);
  const told: number[] = [];
  for (let hour = 0; hour < 80 * 24; hour++) if (tell(record, 1, NOW + hour * HOUR, DAY)) told.push(hour / 24);
  assert.deepEqual(told, [0, 1, 3, 7, 15, 31, 47, 63, 79]);
  assert.equal(record[0], 0);
});

test('from the beginning when it was over for four weeks', () => {
  const record = new Uint32Array(1);
  const days = [0, 1, 3, 32, 33];
  assert.deepEqual(
    days.map((day) => tell(record, 0, NOW + day * DAY, DAY)),
    [true, true, true, true, true],
  );
  assert.equal(tell(record, 0, NOW + 34 * DAY, DAY), false);
});

test('also after a clock was wrong for a moment', () => {
  const record = new Uint32Array(1);
  assert.equal(tell(record, 0, NOW + 365 * DAY, DAY), true);
  assert.equal(tell(record, 0, NOW, DAY), true);
  assert.equal(tell(record, 0, NOW + HOUR, DAY), false);
});
