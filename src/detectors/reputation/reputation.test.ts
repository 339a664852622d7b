import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NOW, type SignalSketch, series, signal } from '../../../test/support/signals.ts';
import { type Listings, NO_INTEL } from '../../pipeline/intel.ts';
import type { Signal } from '../../pipeline/signal.ts';
import { reputationConfig } from './config.ts';
import { Reputation } from './reputation.ts';

const HOUR = 3_600_000;
/** 203.0.113.7, which the signals come from unless they say otherwise, is listed for a day. */
const LISTED: Listings = {
  listing: (address, at) =>
    address.text === '203.0.113.7' && at < NOW + 24 * HOUR ? { list: 'apiban', until: NOW + 24 * HOUR } : undefined,
};
const findings = (signals: readonly Signal[], config: unknown = {}, intel = LISTED) => {
  const detector = new Reputation(reputationConfig.parse(config), intel);
  return signals.flatMap((one) => detector.observe(one) ?? []);
};
const one = (sketch: SignalSketch = {}) => [signal(sketch)];

test('a listed address that fails here is a warning, once an hour', () => {
  const [found, ...more] = findings(series(61, 60_000));
  assert.deepEqual([found?.type, found?.severity], ['bad_reputation', 'warning']);
  assert.equal(found?.reason, 'failed here and is on the list apiban');
  assert.deepEqual(found?.evidence.samples, { lists: ['apiban'] });
  assert.deepEqual(
    more.map(({ at }) => at),
    [NOW + HOUR],
  );
});

test('it blocks only if the operator says so', () => {
  assert.equal(findings(one(), { block: true })[0]?.severity, 'error');
});

describe('nothing is said of', () => {
  for (const [what, sketch] of [
    ['a listed address that gets in', { kind: 'register.ok' }],
    ['one whose calls are answered', { kind: 'call.answered' }],
    ['one that calls a number not in use', { kind: 'call.failed', status: 404 }],
    ['one whose server is away', { status: 503 }],
    ['an address that is not listed', { ip: '203.0.113.8' }],
    ['one that was listed', { at: NOW + 24 * HOUR }],
  ] as const) {
    test(what, () => assert.deepEqual(findings(one(sketch)), []));
  }
  test('anybody, where there are no lists', () => assert.deepEqual(findings(one(), {}, NO_INTEL), []));
});

test('memory is bounded and given back', () => {
  const everybody: Listings = { listing: () => ({ list: 'all', until: Infinity }) };
  const detector = new Reputation(reputationConfig.parse({ 'max-sources': 1024 }), everybody);
  for (let i = 0; i < 5000; i++) detector.observe(signal({ ip: `10.0.${i >> 8}.${i & 255}` }));
  assert.ok(detector.state().tracked <= 1300);
  assert.ok(detector.state().evicted >= 3700);
  detector.expire(NOW + 2 * HOUR);
  assert.equal(detector.state().tracked, 0);
});
