import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOW } from '../../test/support/signals.ts';
import { Forgeries } from './forgeries.ts';

test('so many within an hour are a flood, until an hour has passed', () => {
  const forgeries = new Forgeries(100);
  for (let i = 0; i < 99; i++) forgeries.note(NOW + i);
  assert.ok(!forgeries.isFlood(NOW + 99));
  forgeries.note(NOW + 99);
  assert.ok(forgeries.isFlood(NOW + 100));
  assert.ok(!forgeries.isFlood(NOW + 2 * 3_600_000));
});

test('so many over many hours are none', () => {
  const forgeries = new Forgeries(100);
  for (let i = 0; i < 1000; i++) {
    forgeries.note(NOW + i * 60_000);
    assert.ok(!forgeries.isFlood(NOW + i * 60_000));
  }
});
