import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addTimes, clearTimes, countWithin, oldestAge, reaches } from './recent-times.ts';

const NOW = Date.UTC(2026, 0, 1);
const ring = { offset: 1, capacity: 10 };
const make = () => new Uint32Array(20);

test('counts what lies within the window, both ends included', () => {
  const words = make();
  for (const second of [0, 1, 2, 3, 4]) addTimes(words, 2, ring, NOW + second * 1000, 1, false);
  assert.equal(countWithin(words, 2, ring, NOW + 4000, 2000), 3);
  assert.equal(countWithin(words, 2, ring, NOW + 4000, 1998), 2);
  assert.equal(reaches(words, 2, ring, NOW + 4000, 2000, 3), true);
  assert.equal(reaches(words, 2, ring, NOW + 4000, 2000, 4), false);
  assert.equal(reaches(words, 2, ring, NOW + 4000, 1e6, 6), false);
  assert.equal(oldestAge(words, 2, ring, NOW + 4000, 9999), 4000);
});

test('an event that stands for many counts as many, up to the capacity', () => {
  const words = make();
  addTimes(words, 0, ring, NOW, 7, false);
  assert.equal(countWithin(words, 0, ring, NOW, 1), 7);
  addTimes(words, 0, ring, NOW, 1e9, false);
  assert.equal(countWithin(words, 0, ring, NOW, 1), 10);
});

test('stays inside its words and works across the wrap of the 32-bit clock', () => {
  const words = make();
  const wrap = Math.ceil(NOW / 2 ** 32) * 2 ** 32;
  addTimes(words, 0, ring, wrap - 500, 1, false);
  addTimes(words, 0, ring, wrap + 500, 1, false);
  assert.equal(countWithin(words, 0, ring, wrap + 500, 1000), 2);
  assert.equal(countWithin(words, 0, ring, wrap + 500, 998), 1);
  for (let i = 0; i < 100; i++) addTimes(words, 0, ring, wrap, 3, false);
  assert.equal(words[0], 0);
  assert.ok(words.subarray(12).every((word) => word === 0));
});

test('a cleared ring holds nothing', () => {
  const words = make();
  addTimes(words, 0, ring, NOW, 5, false);
  clearTimes(words, 0, ring);
  assert.equal(countWithin(words, 0, ring, NOW, 1e6), 0);
});

test('agrees with a list for any order of times', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 40 }), (offsets) => {
      const words = make();
      for (const offset of offsets) addTimes(words, 0, ring, NOW + offset, 1, false);
      const expected = offsets.slice(-10).filter((offset) => 1000 - offset <= 500).length;
      assert.equal(countWithin(words, 0, ring, NOW + 1000, 500), expected);
    }),
  );
});

test('marked events are counted by themselves', () => {
  const words = make();
  addTimes(words, 0, ring, NOW + 1, 2, true);
  addTimes(words, 0, ring, NOW + 2, 3, false);
  assert.equal(countWithin(words, 0, ring, NOW + 2, 1000), 5);
  assert.equal(countWithin(words, 0, ring, NOW + 2, 1000, true), 2);
  assert.equal(countWithin(words, 0, ring, NOW + 5000, 1000, true), 0);
});
