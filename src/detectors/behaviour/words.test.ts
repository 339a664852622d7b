import assert from 'node:assert/strict';
import { test } from 'node:test';
import { habitText, hourText, mostText, spanText } from './words.ts';

test('an hour is told with its day, in UTC', () => {
  assert.equal(hourText(Date.UTC(2026, 0, 11, 2, 59, 59, 999)), 'between 02:00 and 03:00 UTC on a Sunday');
  assert.equal(hourText(Date.UTC(2026, 0, 10, 23)), 'between 23:00 and 00:00 UTC on a Saturday');
});

test('a habit is told with the numbers, and how long it was watched', () => {
  assert.equal(
    habitText({ around: 0.3, ever: 8.7 }, 36),
    'by habit of 5 weeks none at that time and at most about 9 in any hour',
  );
  assert.equal(mostText(0.5), 'at most about 1');
  assert.deepEqual([13, 14, 20, 21].map(spanText), ['13 days', '2 weeks', '2 weeks', '3 weeks']);
});
