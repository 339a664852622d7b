import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Address } from '../../lib/address.ts';
import { ReplyLimits } from './reply-limits.ts';

function taken(limits: ReplyLimits, address: string, times: number, now: number): number {
  const parsed = Address.parse(address);
  assert.ok(parsed);
  return Array.from({ length: times }, () => limits.take(parsed, now)).filter(Boolean).length;
}

test('a burst, then so many a second', () => {
  const limits = new ReplyLimits(10);
  assert.equal(taken(limits, '192.0.2.1', 50, 0), 20);
  assert.equal(taken(limits, '192.0.2.1', 50, 500), 5);
  assert.equal(taken(limits, '192.0.2.1', 50, 1000), 5);
  assert.equal(taken(limits, '192.0.2.1', 50, 60_000), 20);
  assert.equal(limits.refused, 30 + 45 + 45 + 30);
});

test('sources are counted by themselves, an IPv6 /64 as one', () => {
  const limits = new ReplyLimits(1);
  assert.equal(taken(limits, '192.0.2.1', 9, 0), 2);
  assert.equal(taken(limits, '192.0.2.2', 9, 0), 2);
  assert.equal(taken(limits, '2001:db8::1', 9, 0), 2);
  assert.equal(taken(limits, '2001:db8::2', 9, 0), 0);
  assert.equal(taken(limits, '2001:db8:0:1::1', 9, 0), 2);
});

test('a clock that goes back gives nothing away', () => {
  const limits = new ReplyLimits(1);
  assert.equal(taken(limits, '192.0.2.1', 9, 10_000), 2);
  assert.equal(taken(limits, '192.0.2.1', 9, 5000), 0);
  assert.equal(taken(limits, '192.0.2.1', 9, 11_000), 1);
});
