import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Owners } from './owners.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 0, 15);

test('remembers from where, with what and whither, for a while', () => {
  const owners = new Owners(1000, DAY);
  owners.called('a@b', 'IL', NOW);
  assert.equal(owners.get('a@b', NOW), undefined, 'a call alone makes nobody an owner');
  owners.registered('a@b', '203.0.113.7', 'Phone', NOW);
  owners.registered('a@b', '203.0.113.8', '', NOW + DAY);
  owners.called('a@b', 'AT', NOW + DAY);
  const habits = owners.get('a@b', NOW + DAY) ?? assert.fail();
  assert.deepEqual([habits.sources.size, habits.agents.size, habits.countries.has('AT')], [2, 1, true]);
  const later = owners.get('a@b', NOW + DAY + 1) ?? assert.fail();
  assert.deepEqual([later.sources.has('203.0.113.7'), later.sources.has('203.0.113.8')], [false, true]);
  assert.equal(owners.get('a@b', NOW + 2 * DAY + 1), undefined);
});

test('is bounded', () => {
  const owners = new Owners(100, DAY);
  for (let i = 0; i < 1000; i++) owners.registered(`u${i}`, '203.0.113.7', 'Phone', NOW);
  assert.ok(owners.size <= 100);
  assert.equal(owners.size + owners.evicted, 1000);
  owners.expire(NOW + 2 * DAY);
  assert.equal(owners.size, 0);
});
