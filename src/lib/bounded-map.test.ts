import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BoundedMap } from './bounded-map.ts';

test('what was set longest ago goes first, and is counted', () => {
  const map = new BoundedMap<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.set('a', 3);
  map.set('c', 4);
  assert.deepEqual(
    [...map.entries()],
    [
      ['a', 3],
      ['c', 4],
    ],
  );
  assert.equal(map.evicted, 1);
});

test('deleting and expiring are no evictions', () => {
  const map = new BoundedMap<string, number>(5);
  for (const [i, key] of ['a', 'b', 'c'].entries()) map.set(key, i);
  assert.ok(map.delete('a'));
  map.expire((value) => value === 1);
  assert.deepEqual([...map.entries()], [['c', 2]]);
  assert.deepEqual([map.size, map.evicted, map.get('b')], [1, 0, undefined]);
});

test('of the oldest those go that are over, up to the first that is not', () => {
  const map = new BoundedMap<string, number>(5);
  for (const [key, at] of [
    ['a', 1],
    ['b', 2],
    ['c', 9],
    ['d', 1],
  ] as const)
    map.set(key, at);
  assert.deepEqual(
    map.expireOldest((at) => at < 5),
    [1, 2],
  );
  assert.deepEqual(
    [...map.entries()].map(([key]) => key),
    ['c', 'd'],
  );
  assert.equal(map.evicted, 0);
  assert.deepEqual(
    map.expireOldest(() => true),
    [9, 1],
  );
  assert.equal(map.size, 0);
});

test('a size below one is refused', () => {
  assert.throws(() => new BoundedMap(0), /maxEntries: expected at least 1, got 0/);
});
