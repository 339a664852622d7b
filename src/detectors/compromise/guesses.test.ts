import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOW, type SignalSketch, series, signal } from '../../../test/support/signals.ts';
import type { Signal } from '../../pipeline/signal.ts';
import { GuessBook } from './guesses.ts';

const HOUR = 3_600_000;
const newBook = (maxAccounts = 1000) => new GuessBook({ maxAccounts, windowMs: HOUR, times: 5 });

const at = (ms: number, user: string, options: SignalSketch = {}): Signal => signal({ at: ms, user, ...options });

test('sums up failures over sources, those that stand for many too', () => {
  const book = newBook();
  book.failed(at(NOW, 'a'));
  book.failed(at(NOW + 1, 'a'));
  book.failed(at(NOW + 2, 'a', { ip: '198.51.100.1', count: 7 }));
  assert.deepEqual(book.at(at(NOW + 3, 'a')), { firstAt: NOW, count: 9, trusted: 9, sources: 2 });
  assert.equal(book.at(at(NOW + 3, 'b')), undefined);
});

test('one failure alone is no guess yet, one that stands for many is', () => {
  const book = newBook();
  book.failed(at(NOW, 'a'));
  assert.equal(book.at(at(NOW, 'a')), undefined);
  book.failed(at(NOW, 'c', { count: 9 }));
  assert.deepEqual(book.at(at(NOW, 'c')), { firstAt: NOW, count: 9, trusted: 9, sources: 1 });
  book.failed(at(NOW + 1, 'c', { count: 2 }));
  assert.deepEqual(book.at(at(NOW, 'c')), { firstAt: NOW, count: 11, trusted: 11, sources: 1 });
});

test('knows who failed at an account', () => {
  const book = newBook();
  book.failed(at(NOW, 'a', { ip: '2001:db8::1' }));
  assert.equal(book.hasFailed(at(NOW, 'a', { ip: '2001:db8::2' })), true, 'of the same /64');
  assert.equal(book.hasFailed(at(NOW, 'a', { ip: '2001:db8:1::1' })), false);
  assert.equal(book.hasFailed(at(NOW, 'b', { ip: '2001:db8::1' })), false);
});

test('tells failures that others may have sent from those they cannot', () => {
  const book = newBook();
  const forged = { proven: 'no' } as const;
  const framed = '198.51.100.1';
  for (let i = 0; i < 6; i++) book.failed(at(NOW + i, 'a', { ip: framed, ...forged }));
  book.failed(at(NOW + 6, 'a', { proven: 'yes' }));
  book.failed(at(NOW + 7, 'a', { proven: 'unknown', ip: '198.51.100.2', count: 3 }));
  const { count, trusted } = book.at(at(NOW + 8, 'a')) ?? {};
  assert.deepEqual([count, trusted], [10, 4]);
  const truly = (ip: string) => book.hasTrulyFailed(at(NOW + 8, 'a', { ip }));
  assert.deepEqual([framed, '203.0.113.7', '198.51.100.2', '198.51.100.3'].map(truly), [false, true, true, false]);
  book.failed(at(NOW + 9, 'a', { ip: framed, proven: 'yes' }));
  assert.equal(truly(framed), true);
  for (let i = 0; i < 2; i++) book.failed(at(NOW + 10 + i, 'b', i === 0 ? {} : forged));
  assert.equal(book.at(at(NOW + 12, 'b'))?.trusted, 1);
});

test('begins anew when nobody failed for the window', () => {
  const book = newBook();
  book.failed(at(NOW, 'a', { count: 2 }));
  book.failed(at(NOW + HOUR, 'other'));
  assert.equal(book.at(at(NOW + HOUR, 'a'))?.count, 2);
  book.failed(at(NOW + 2 * HOUR, 'a', { count: 3 }));
  assert.deepEqual(book.at(at(NOW + 2 * HOUR, 'a')), { firstAt: NOW + 2 * HOUR, count: 3, trusted: 3, sources: 1 });
  book.expire(NOW + 4 * HOUR);
  assert.equal(book.size, 0);
});

test('forgets an account', () => {
  const book = newBook();
  book.failed(at(NOW, 'a', { count: 2 }));
  book.forget(at(NOW, 'a'));
  assert.equal(book.at(at(NOW, 'a')), undefined);
});

test('tells fast guesses from slow ones', () => {
  const book = newBook();
  for (const one of series(6, 100)) book.failed({ ...one, user: 'fast' });
  for (const one of series(6, 30_000)) book.failed({ ...one, user: 'slow' });
  assert.equal(book.isFast(at(NOW + 600, 'fast'), 5, 10_000), true);
  assert.equal(book.isFast(at(NOW + 60_000, 'fast'), 5, 10_000), false, 'the success came much later');
  assert.equal(book.isFast(at(NOW + 600, 'fast', { ip: '198.51.100.1' }), 5, 10_000), false, 'of somebody else');
  assert.equal(book.isFast(at(NOW + 150_100, 'slow'), 5, 10_000), false);
  assert.equal(book.isFast(at(NOW + 600, 'fast'), 5, 10_000), true, 'whatever was asked for before');
});

test('takes nobody for fast because others are, nor for slow because others fail meanwhile', () => {
  const book = newBook();
  const [fast, slow] = [{ ip: '198.51.100.1' }, { ip: '198.51.100.2' }];
  for (const one of series(6, 60_000, { ...slow, user: 'a' })) book.failed(one);
  for (const one of series(6, 100, { ...fast, user: 'a', at: NOW + 300_000 })) book.failed(one);
  const success = NOW + 301_000;
  assert.equal(book.isFast(at(success, 'a', slow), 5, 10_000), false);
  for (let i = 0; i < 2; i++) book.failed(at(success + i, 'b', { ip: '198.51.100.3' }));
  assert.equal(book.isFast(at(success, 'a', fast), 5, 10_000), true);
});

test('is bounded, by accounts and by sources of one', () => {
  const book = newBook(100);
  for (let i = 0; i < 10_000; i++) book.failed(at(NOW, `u${i}`, { count: 2 }));
  assert.ok(book.size <= (400 + 800) * 1.2, String(book.size));
  assert.ok(book.evicted >= 2 * 10_000 - 1500, String(book.evicted));
  for (let i = 0; i < 1000; i++) book.failed(at(NOW, 'a', { ip: `10.0.${i >> 8}.${i & 255}`, count: 2 }));
  assert.deepEqual(book.at(at(NOW, 'a')), { firstAt: NOW, count: 2000, trusted: 2000, sources: 1000 });
});

test('survives a restart, and refuses the state of other settings', () => {
  const book = newBook();
  for (const one of series(6, 100)) book.failed({ ...one, user: 'a' });
  const after = newBook();
  assert.equal(after.restore(structuredClone(book.snapshot())), true);
  assert.deepEqual(after.at(at(NOW + 600, 'a')), book.at(at(NOW + 600, 'a')));
  assert.equal(after.isFast(at(NOW + 600, 'a'), 5, 10_000), true);
  assert.equal(new GuessBook({ maxAccounts: 1000, windowMs: HOUR, times: 6 }).restore(book.snapshot()), false);
});
