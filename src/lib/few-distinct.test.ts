import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addFew, clearFew, countFew, FEW_WORDS, MOST_FEW } from './few-distinct.ts';

const NOW = Date.UTC(2026, 0, 15);
const HOUR = 3_600_000;

test('each thing counts once, within the window', () => {
  const record = new Uint32Array(FEW_WORDS + 2).fill(7, 0, 1).fill(7, -1);
  assert.equal(addFew(record, 1, NOW, HOUR, 11), 1);
  assert.equal(addFew(record, 1, NOW, HOUR, 11), 1);
  assert.equal(addFew(record, 1, NOW + HOUR / 2, HOUR, 0xffffffff), 2);
  assert.equal(addFew(record, 1, NOW + HOUR + 2, HOUR, 12), 2);
  clearFew(record, 1);
  assert.equal(countFew(record, 1, NOW, HOUR), 0);
  assert.deepEqual([record[0], record.at(-1)], [7, 7]);
});

test('a thing seen again is young again', () => {
  const record = new Uint32Array(FEW_WORDS);
  addFew(record, 0, NOW, HOUR, 1);
  addFew(record, 0, NOW + HOUR / 2, HOUR, 1);
  assert.equal(countFew(record, 0, NOW + HOUR + HOUR / 4, HOUR), 1);
});

test('counts as a set does, up to its capacity', () => {
  const steps = fc.array(fc.tuple(fc.nat(12), fc.nat(HOUR)), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (given) => {
      const record = new Uint32Array(FEW_WORDS);
      const seen = new Map<number, number>();
      let at = NOW;
      for (const [hash, waitMs] of given) {
        // Times are exact to two milliseconds.
        at += waitMs & ~1;
        seen.delete(hash);
        seen.set(hash, at);
        for (const [key, time] of seen) if (at - time > HOUR) seen.delete(key);
        if (seen.size > MOST_FEW) seen.delete(seen.keys().next().value ?? 0);
        assert.equal(addFew(record, 0, at, HOUR, hash), seen.size);
      }
    }),
  );
});
