import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentRequests } from './recent-requests.ts';

const BYTES = Buffer.from('REGISTER');

test('the same bytes from the same place within 32 seconds are a repetition', () => {
  const recent = new RecentRequests();
  assert.equal(recent.repeats('a 1', BYTES, 0), false);
  assert.equal(recent.repeats('a 1', BYTES, 32_000), true);
  assert.equal(recent.repeats('a 1', Buffer.from('REGISTER2'), 0), false);
  assert.equal(recent.repeats('a 2', BYTES, 0), false);
  assert.equal(recent.repeats('a 1', BYTES, 32_001), false);
});

test('ten repetitions are a client, an eleventh is a new request', () => {
  const recent = new RecentRequests();
  const repeated = Array.from({ length: 23 }, (_, i) => recent.repeats('a', BYTES, i));
  assert.deepEqual(
    repeated.flatMap((one, i) => (one ? [] : [i])),
    [0, 11, 22],
  );
});

test('looking changes nothing', () => {
  const recent = new RecentRequests();
  assert.equal(recent.has('a', 'call', 0), false);
  assert.equal(recent.repeats('a', 'call', 0), false);
  assert.equal(recent.has('a', 'call', 1), true);
  assert.equal(recent.has('b', 'call', 1), false);
  assert.equal(recent.has('a', 'call', 40_000), false);
});

test('only so many are remembered', () => {
  const recent = new RecentRequests(2);
  for (const text of ['a', 'b', 'c']) recent.repeats('x', text, 0);
  assert.equal(recent.has('x', 'a', 0), false);
  assert.equal(recent.has('x', 'c', 0), true);
});
