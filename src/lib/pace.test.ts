import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addToPace, clearPace, PACE_WORDS } from './pace.ts';

const WINDOW_MS = 1000;
const START = 1_800_000_000_000;

test('counts what lies in one window', () => {
  const record = new Uint32Array(PACE_WORDS);
  assert.equal(addToPace(record, 0, START, WINDOW_MS, 1), 1);
  assert.equal(addToPace(record, 0, START + 999, WINDOW_MS, 4), 5);
});

test('weighs the window before by what is still covered of it', () => {
  const record = new Uint32Array(PACE_WORDS);
  addToPace(record, 0, START, WINDOW_MS, 10);
  assert.equal(addToPace(record, 0, START + 1000, WINDOW_MS, 1), 11);
  assert.equal(addToPace(record, 0, START + 1500, WINDOW_MS, 1), 7);
  assert.equal(addToPace(record, 0, START + 3000, WINDOW_MS, 1), 1, 'two windows on, all is forgotten');
});

test('a late event counts now', () => {
  const record = new Uint32Array(PACE_WORDS);
  addToPace(record, 0, START + 1000, WINDOW_MS, 1);
  assert.equal(addToPace(record, 0, START + 900, WINDOW_MS, 1), 2);
});

test('forgets on request, and only its own words', () => {
  const record = new Uint32Array([7, 0, 0, 0, 7]);
  addToPace(record, 1, START, WINDOW_MS, 3);
  clearPace(record, 1);
  assert.deepEqual([...record], [7, 0, 0, 0, 7]);
});

test('for a steady stream the estimate is right within one event in ten', () => {
  fc.assert(
    fc.property(fc.integer({ min: 10, max: 100 }), fc.integer({ min: 0, max: 1000 }), (perWindow, offset) => {
      const record = new Uint32Array(PACE_WORDS);
      let pace = 0;
      for (let i = 0; i < perWindow * 5; i++) {
        pace = addToPace(record, 0, START + offset + (i * WINDOW_MS) / perWindow, WINDOW_MS, 1);
      }
      assert.ok(Math.abs(pace - perWindow) <= perWindow / 10 + 1, `${pace} of ${perWindow}`);
    }),
  );
});
