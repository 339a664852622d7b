import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DistinctCount } from './distinct-count.ts';

function counting(things: number, maxExact: number): DistinctCount {
  const counter = new DistinctCount(maxExact);
  for (let i = 0; i < things; i++) counter.add(`thing ${i}`);
  return counter;
}

describe('how many different things', () => {
  test('are exact up to the limit, and the same again is nothing new', () => {
    const counter = counting(100, 100);
    for (let i = 0; i < 100; i++) counter.add(`thing ${i}`);
    assert.deepEqual([counter.count, counter.isExact], [100, true]);
  });

  for (const things of [101, 1000, 5000, 100_000, 1_000_000]) {
    test(`${things} are counted within a tenth`, () => {
      const counter = counting(things, 100);
      assert.equal(counter.isExact, false);
      assert.ok(Math.abs(counter.count - things) <= things / 10, `${counter.count} of ${things}`);
    });
  }

  test('its state is bounded, and goes on where it was', () => {
    const counter = counting(5000, 100);
    assert.equal(counter.state().exact.length, 101);
    const restored = new DistinctCount(100);
    restored.restore(structuredClone(counter.state()));
    assert.equal(restored.count, counter.count);
    for (let i = 0; i < 5000; i++) restored.add(`thing ${i}`);
    assert.equal(restored.count, counter.count);
  });
});
