import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOW, signal } from '../../test/support/signals.ts';
import { NewAddresses } from './new-addresses.ts';

const DAY = 86_400_000;
const made = (addresses: NewAddresses, count: number, from: number, everyMs: number, user = 'mallory') =>
  Array.from({ length: count }, (_, i) => signal({ kind: 'register.ok', user, at: from + i * everyMs })).filter((one) =>
    addresses.mayAdd(one),
  ).length;

test('an account makes a thousand a day, and others are none the worse for it', () => {
  const addresses = new NewAddresses();
  assert.equal(made(addresses, 5000, NOW, 10), 1000);
  assert.equal(made(addresses, 10, NOW + 50_000, 10, 'anna'), 10);
  addresses.expire(NOW + 3 * DAY);
  assert.equal(made(addresses, 10, NOW + 3 * DAY, 10), 10);
});

test('one on the move makes as many as it needs', () => {
  assert.equal(made(new NewAddresses(), 1000, NOW, 5 * 60_000), 1000);
});

test('calls are not counted: those of a trunk name callers of the whole world', () => {
  const addresses = new NewAddresses();
  const calls = Array.from({ length: 2000 }, () => signal({ kind: 'call.answered' }));
  assert.ok(calls.every((one) => addresses.mayAdd(one)));
});
