import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOW, series } from '../support/signals.ts';
import { classicBans } from './classic-rule.ts';

const bans = (...stream: Parameters<typeof series>) => [...classicBans(series(...stream), '403')];

test('ten in 300 seconds ban, nine do not', () => {
  assert.deepEqual(bans(10, 33_000, { status: 403 }), [['203.0.113.7', NOW + 9 * 33_000]]);
  assert.deepEqual(bans(9, 1000, { status: 403 }), []);
  assert.deepEqual(bans(20, 34_000, { status: 403 }), []);
});

test('401 counts in the variant only, refused requests in both, successes never', () => {
  assert.deepEqual(bans(20, 1000, { status: 401 }), []);
  assert.equal(classicBans(series(20, 1000, { status: 401 }), '401 too').size, 1);
  assert.equal(bans(10, 1000, { kind: 'request.refused', reason: 'domain_not_found' }).length, 1);
  assert.equal(bans(20, 1000, { kind: 'register.ok', status: 200 }).length, 0);
});
