import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOW, series, signal } from '../../../test/support/signals.ts';
import { GuessBook, isFast } from './guesses.ts';

const HOUR = 3_600_000;
const newBook = (maxAccounts = 1000) => new GuessBook({ maxAccounts, windowMs: HOUR, times: 5 });

test('sums up failures over sources, those that stand for many too', () => {
  const book = newBook();
  book.failed('a@b', signal());
  book.failed('a@b', signal({ ip: '198.51.100.1', count: 7, at: NOW + 1 }));
  const guesses = book.get('a@b', NOW + 2);
  assert.equal(guesses?.count, 8);
  assert.deepEqual([...(guesses?.sources.keys() ?? [])], ['203.0.113.7', '198.51.100.1']);
});

test('begins anew when nobody failed for the window', () => {
  const book = newBook();
  book.failed('a@b', signal());
  assert.equal(book.get('a@b', NOW + HOUR)?.count, 1);
  assert.equal(book.get('a@b', NOW + HOUR + 1), undefined);
  book.failed('a@b', signal({ at: NOW + 2 * HOUR }));
  assert.equal(book.get('a@b', NOW + 2 * HOUR)?.count, 1);
  book.expire(NOW + 4 * HOUR);
  assert.equal(book.size, 0);
});

test('tells fast guesses from slow ones', () => {
  const book = newBook();
  for (const one of series(6, 100)) book.failed('fast', one);
  for (const one of series(6, 30_000)) book.failed('slow', one);
  const fast = book.get('fast', NOW + 600) ?? assert.fail();
  const slow = book.get('slow', NOW + 150_000) ?? assert.fail();
  assert.equal(isFast(fast, '203.0.113.7', NOW + 600, 5, 10_000), true);
  assert.equal(isFast(fast, '203.0.113.7', NOW + 60_000, 5, 10_000), false, 'the success came much later');
  assert.equal(isFast(fast, '198.51.100.1', NOW + 600, 5, 10_000), false, 'of somebody else');
  assert.equal(isFast(slow, '203.0.113.7', NOW + 150_100, 5, 10_000), false);
});

test('is bounded, by accounts and by sources of one', () => {
  const book = newBook(100);
  for (let i = 0; i < 1000; i++) book.failed(`u${i}`, signal());
  assert.ok(book.size <= 100);
  assert.equal(book.size + book.evicted, 1000);
  for (let i = 0; i < 1000; i++) book.failed('a@b', signal({ ip: `10.0.${i >> 8}.${i & 255}` }));
  assert.equal(book.get('a@b', NOW)?.sources.size, 32);
  assert.equal(book.get('a@b', NOW)?.count, 1000);
});
