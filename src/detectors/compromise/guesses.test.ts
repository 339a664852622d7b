import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOW, series, signal } from '../../../test/support/signals.ts';
import { Address } from '../../lib/address.ts';
import type { Signal } from '../../pipeline/signal.ts';
import { GuessBook, isFast } from './guesses.ts';

const HOUR = 3_600_000;
const newBook = (maxAccounts = 1000) => new GuessBook({ maxAccounts, windowMs: HOUR, times: 5 });

function failed(book: GuessBook, account: string, one: Signal): void {
  const [user = '', domain = ''] = account.split('@');
  book.failed({ ...one, user, domain });
}

const address = (ip: string) => Address.parse(ip) ?? assert.fail(ip);

test('sums up failures over sources, those that stand for many too', () => {
  const book = newBook();
  failed(book, 'a@b', signal());
  failed(book, 'a@b', signal({ at: NOW + 1 }));
  failed(book, 'a@b', signal({ ip: '198.51.100.1', count: 7, at: NOW + 2 }));
  const guesses = book.get('a@b', NOW + 3);
  assert.equal(guesses?.count, 9);
  assert.deepEqual(
    guesses?.sources.map(({ times }) => times.length),
    [2, 5],
  );
});

test('one failure alone makes no entry, one that stands for many does', () => {
  const book = newBook();
  failed(book, 'a@b', signal());
  assert.equal(book.get('a@b', NOW), undefined);
  failed(book, 'c@d', signal({ count: 9 }));
  assert.equal(book.get('c@d', NOW)?.count, 9);
});

test('a first failure of another source counts, but is not of this one', () => {
  const book = newBook();
  failed(book, 'a@b', signal({ ip: '198.51.100.1' }));
  failed(book, 'a@b', signal({ at: NOW + 1 }));
  const guesses = book.get('a@b', NOW + 1);
  assert.equal(guesses?.count, 2);
  assert.deepEqual(
    guesses?.sources.map(({ times }) => times),
    [[NOW + 1]],
  );
});

test('begins anew when nobody failed for the window', () => {
  const book = newBook();
  failed(book, 'a@b', signal({ count: 2 }));
  assert.equal(book.get('a@b', NOW + HOUR)?.count, 2);
  assert.equal(book.get('a@b', NOW + HOUR + 1), undefined);
  failed(book, 'a@b', signal({ at: NOW + 2 * HOUR, count: 3 }));
  assert.equal(book.get('a@b', NOW + 2 * HOUR)?.count, 3);
  book.expire(NOW + 4 * HOUR);
  assert.equal(book.size, 0);
});

test('tells fast guesses from slow ones', () => {
  const book = newBook();
  for (const one of series(6, 100)) failed(book, 'fast@b', one);
  for (const one of series(6, 30_000)) failed(book, 'slow@b', one);
  const fast = book.get('fast@b', NOW + 600) ?? assert.fail();
  const slow = book.get('slow@b', NOW + 150_000) ?? assert.fail();
  assert.equal(isFast(fast, address('203.0.113.7'), NOW + 600, 5, 10_000), true);
  assert.equal(isFast(fast, address('203.0.113.7'), NOW + 60_000, 5, 10_000), false, 'the success came much later');
  assert.equal(isFast(fast, address('198.51.100.1'), NOW + 600, 5, 10_000), false, 'of somebody else');
  assert.equal(isFast(slow, address('203.0.113.7'), NOW + 150_100, 5, 10_000), false);
});

test('is bounded, by accounts and by sources of one', () => {
  const book = newBook(100);
  for (let i = 0; i < 10_000; i++) failed(book, `u${i}`, signal({ count: 2 }));
  assert.ok(book.size <= 100 + 500, String(book.size));
  assert.ok(book.evicted >= 2 * 10_000 - 600, String(book.evicted));
  for (let i = 0; i < 1000; i++) failed(book, 'a@b', signal({ ip: `10.0.${i >> 8}.${i & 255}`, count: 2 }));
  assert.equal(book.get('a@b', NOW)?.sources.length, 32);
  assert.equal(book.get('a@b', NOW)?.count, 2000);
});
