import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  addDistinct,
  bitsFor,
  bitsSet,
  clearDistinct,
  countDistinct,
  DISTINCT_WORDS,
  MOST_DISTINCT,
} from './distinct.ts';
import { hashText } from './text-hash.ts';

const WINDOW_MS = 1000;
const START = 1_800_000_000_000;

/** Counts `names`, all at `at`. */
function count(names: readonly string[], at = START): number {
  const record = new Uint32Array(DISTINCT_WORDS);
  for (const name of names) addDistinct(record, 0, at, WINDOW_MS, hashText(name, 1));
  return countDistinct(record, 0, at, WINDOW_MS);
}
const names = (total: number, from = 0) => Array.from({ length: total }, (_, i) => String(from + i));

test('counts each thing once', () => {
  assert.equal(count([]), 0);
  assert.equal(count(['100', '100', '100']), 1);
});

test('is good to one in ten or so up to 30, and saturates', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 30 }), fc.nat({ max: 1e6 }), (total, from) => {
      const estimate = count(names(total, from));
      assert.ok(Math.abs(estimate - total) <= 6 + total / 4, `${estimate} for ${total}`);
    }),
  );
  const off = Array.from({ length: 1000 }, (_, i) => Math.abs(count(names(11, i * 100)) - 11));
  assert.ok(off.reduce((a, b) => a + b) / 1000 < 1, 'at a threshold of eleven, off by less than one on average');
  assert.equal(count(names(5000)), MOST_DISTINCT);
});

describe('as time passes', () => {
  const record = () => {
    const words = new Uint32Array(DISTINCT_WORDS);
    for (const name of names(5)) addDistinct(words, 0, START, WINDOW_MS, hashText(name, 1));
    return words;
  };
  test('what was seen half a window ago still counts, together with what is new', () => {
    const words = record();
    const before = countDistinct(words, 0, START, WINDOW_MS);
    addDistinct(words, 0, START + 500, WINDOW_MS, hashText('new', 1));
    assert.equal(countDistinct(words, 0, START + 999, WINDOW_MS), before + 1);
  });
  test('what was seen a window ago does not', () => {
    assert.equal(countDistinct(record(), 0, START + 1000, WINDOW_MS), 0);
  });
  test('a late thing counts now', () => {
    const words = record();
    const before = countDistinct(words, 0, START, WINDOW_MS);
    addDistinct(words, 0, START - 400, WINDOW_MS, hashText('late', 1));
    assert.equal(countDistinct(words, 0, START, WINDOW_MS), before + 1);
  });
});

test('clears its own words only', () => {
  const record = new Uint32Array(DISTINCT_WORDS + 2).fill(7);
  clearDistinct(record, 1);
  assert.deepEqual([...record], [7, 0, 0, 0, 0, 0, 7]);
});

test('a threshold can be compared in bits, without the logarithm', () => {
  for (let total = 1; total < 80; total++) {
    const record = new Uint32Array(DISTINCT_WORDS);
    for (const name of names(total)) addDistinct(record, 0, START, WINDOW_MS, hashText(name, 1));
    const bits = bitsSet(record, 0, START, WINDOW_MS);
    for (const threshold of [1, 5, 11, 16, 50, MOST_DISTINCT]) {
      assert.equal(bits >= bitsFor(threshold), countDistinct(record, 0, START, WINDOW_MS) >= threshold);
    }
  }
});
