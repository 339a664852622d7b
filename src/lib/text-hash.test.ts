import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hashText, mix } from './text-hash.ts';

test('is a 32-bit number, the same for the same text', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(), (text, seed) => {
      const hash = hashText(text, seed);
      assert.ok(Number.isInteger(hash) && hash >= 0 && hash < 2 ** 32);
      assert.equal(hashText(text, seed), hash);
    }),
  );
});

test('spreads extensions that differ by a digit over all buckets', () => {
  const buckets = new Uint32Array(64);
  for (let extension = 0; extension < 6400; extension++) {
    const bucket = hashText(String(extension), 1) & 63;
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
  for (const count of buckets) assert.ok(count > 50 && count < 160, `${count} of 100`);
});

test('different seeds have nothing to do with each other', () => {
  let same = 0;
  for (let i = 0; i < 6400; i++) if ((hashText(String(i), 1) & 63) === (hashText(String(i), 2) & 63)) same++;
  assert.ok(same > 50 && same < 160, `${same} of 100`);
});

test('mixing keeps different numbers different', () => {
  const seen = new Set(Array.from({ length: 100_000 }, (_, i) => mix(i)));
  assert.equal(seen.size, 100_000);
});
