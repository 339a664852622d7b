import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from './random.ts';

test('the same seed gives the same numbers, another seed others', () => {
  const numbers = (seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 100 }, () => random.next());
  };
  assert.deepEqual(numbers(1), numbers(1));
  assert.notDeepEqual(numbers(1), numbers(2));
});

test('all values of a range come up about equally often', () => {
  const random = new Random(7);
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 10_000; i++) {
    const value = random.between(0, 10);
    counts[value] = (counts[value] ?? 0) + 1;
  }
  for (const count of counts) assert.ok(count > 850 && count < 1150, String(count));
  const heads = Array.from({ length: 1000 }, () => random.chance(0.25)).filter(Boolean).length;
  assert.ok(heads > 200 && heads < 300, String(heads));
  assert.ok(['a', 'b'].includes(random.pick(['a', 'b'])));
});
