import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAYS_WORDS, daysKnown, isKnownFor, noteDay } from './days.ts';

const DAY = 86_400_000;
const BASE = 1;
const FIRST = 20_000;
const LEARN = 14 * DAY;

function seen(...days: readonly number[]): Uint32Array {
  const record = new Uint32Array(BASE + DAYS_WORDS + 1);
  for (const day of days) noteDay(record, BASE, FIRST + day);
  assert.deepEqual([record[0], record.at(-1)], [0, 0]);
  return record;
}
const isKnown = (record: Uint32Array, day: number) => isKnownFor(record, BASE, (FIRST + day) * DAY, LEARN);

test('known is who was seen on ten days, the first two weeks ago', () => {
  const record = seen(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  assert.deepEqual([isKnown(record, 13), isKnown(record, 14)], [false, true]);
  assert.equal(daysKnown(record, BASE, (FIRST + 14) * DAY + 1), 14);
  assert.equal(isKnown(seen(0, 1, 2, 3, 4, 5, 6, 7, 8), 14), false);
});

test('a day counts once, and so does what comes late', () => {
  assert.equal(isKnown(seen(0, 0, 1, 0, 1, 2, 1, 3, 2, 3, 4, 5, 6, 7, 8, 8), 20), false);
});

test('a clock that was wrong for a moment changes little', () => {
  const days = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  assert.equal(isKnown(seen(0, 4000, ...days), 20), true);
  assert.equal(isKnown(seen(4000, 0, ...days), 20), true);
});
