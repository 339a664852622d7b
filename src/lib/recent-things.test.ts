import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentThings } from './recent-things.ts';

test('has what was added, each once', () => {
  const things = new RecentThings(3);
  things.add('a', 1);
  things.add('a', 2);
  assert.equal(things.size, 1);
  assert.deepEqual(things.entries(), [['a', 2]]);
  assert.deepEqual([things.has('a'), things.has('b')], [true, false]);
});

test('what is unseen for longest gives way', () => {
  const things = new RecentThings(2);
  things.add('a', 1);
  things.add('b', 2);
  things.add('a', 3);
  things.add('c', 4);
  assert.deepEqual([things.has('a'), things.has('b'), things.has('c')], [true, false, true]);
});

test('forgets what is old', () => {
  const things = new RecentThings(3);
  things.add('a', 1);
  things.add('b', 2);
  things.expire(2);
  assert.deepEqual([things.has('a'), things.has('b')], [false, true]);
});
