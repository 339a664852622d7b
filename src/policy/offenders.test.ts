import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NOW } from '../../test/support/signals.ts';
import { Network } from '../lib/network.ts';
import { Offenders } from './offenders.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const network = (text: string) => Network.parse(text) ?? assert.fail(text);
const make = () => new Offenders({ maxOffenders: 100, forgiveAfterMs: 30 * DAY });

describe('a source is blocked', () => {
  test('by the network around it, also when a narrower block has ended inside', () => {
    const offenders = make();
    offenders.noteBlock(network('203.0.0.0/16'), NOW + DAY, undefined);
    offenders.noteBlock(network('203.0.113.0/24'), NOW + HOUR, undefined);
    offenders.noteBlock(network('203.0.113.7'), NOW + 1, undefined);
    const blocked = (text: string, at: number) => offenders.isBlocked(network(text), at);
    assert.ok(blocked('203.0.113.7', NOW + 2 * HOUR));
    assert.ok(blocked('203.0.113.0/24', NOW + 2 * HOUR));
    assert.ok(!blocked('203.0.113.7', NOW + DAY));
    assert.ok(!blocked('203.1.113.7', NOW));
  });
  test('not by what is inside it', () => {
    const offenders = make();
    offenders.noteBlock(network('203.0.113.0/28'), NOW + DAY, undefined);
    assert.ok(!offenders.isBlocked(network('203.0.113.0/24'), NOW));
    assert.ok(!offenders.isBlocked(network('203.0.113.16'), NOW));
  });
  test('forever, however many others come after, until it is lifted', () => {
    const offenders = make();
    const forever = ['203.0.113.7', '203.0.112.0/24', '2001:db8::/32'].map(network);
    for (const target of forever) offenders.noteBlock(target, Infinity, undefined);
    for (let i = 0; i < 1000; i++) offenders.noteBlock(network(`10.0.${i >> 8}.${i & 255}`), NOW + i, 1);
    offenders.expire(NOW + 400 * DAY);
    for (const target of forever) assert.ok(offenders.isBlocked(target, NOW + 400 * DAY), target.text);
    assert.ok(offenders.isBlocked(network('2001:db8:1:2::/64'), NOW));
    for (const target of forever) offenders.noteUnblock(target, NOW);
    for (const target of forever) assert.ok(!offenders.isBlocked(target, NOW), target.text);
  });
});

test('a network that is forgotten is forgotten whole', () => {
  const offenders = make();
  for (let i = 0; i < 1000; i++) offenders.noteBlock(network(`10.${i >> 8}.${i & 255}.0/24`), NOW + DAY, 1);
  assert.ok(offenders.size <= 100);
  const blocked = Array.from({ length: 1000 }, (_, i) => network(`10.${i >> 8}.${i & 255}.7`)).filter((one) =>
    offenders.isBlocked(one, NOW),
  );
  assert.equal(blocked.length, offenders.size);
});
