import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NOW, series, signal } from '../../../test/support/signals.ts';
import type { Signal } from '../../pipeline/signal.ts';
import { floodConfig } from './config.ts';
import { Flood } from './flood.ts';

const make = (config: unknown = {}) => new Flood(floodConfig.parse(config));
const findings = (signals: readonly Signal[], config?: unknown) => {
  const flood = make(config);
  return signals.flatMap((one) => flood.observe(one) ?? []);
};

test('a flood that the SBC reports is a finding at once', () => {
  const [finding] = findings([signal({ kind: 'flood', count: 300 })]);
  assert.equal(finding?.type, 'flood_detected');
  assert.equal(finding?.severity, 'error');
  assert.equal(finding?.count, 300);
  assert.equal(finding?.reason, 'a flood of requests, 300 within seconds');
  assert.equal(findings([signal({ kind: 'flood' })])[0]?.reason, 'the SBC reports a flood of requests');
});

test('a broken rate limit is a warning that names a known method only', () => {
  const limited = (method: string) => findings([signal({ kind: 'request.limited', method })])[0];
  assert.equal(limited('INVITE')?.type, 'rate_limit_exceeded');
  assert.equal(limited('INVITE')?.severity, 'warning');
  assert.equal(limited('INVITE')?.reason, 'INVITE beyond the rate limit');
  assert.equal(limited('<script>')?.reason, 'requests beyond the rate limit');
});

describe('rate of refused and failed requests', () => {
  const cases: readonly [string, Signal[], boolean][] = [
    ['200 in a second', series(200, 5), true],
    ['200 in ten seconds', series(200, 50), true],
    ['199 in a second', series(199, 5), false],
    ['12 a second for a minute', series(720, 83), false],
    ['21 a second for a minute', series(1300, 47), true],
    ['door knocks count', series(200, 5, { kind: 'request.refused' }), true],
    ['malformed counts', series(200, 5, { kind: 'malformed' }), true],
    ['successful registrations do not', series(500, 1, { kind: 'register.ok' }), false],
    ['one line that stands for 200', [signal({ kind: 'request.refused', count: 200 })], true],
  ];
  for (const [name, signals, expected] of cases) test(name, () => assert.equal(findings(signals).length > 0, expected));
});

test('a burst over the edge of two windows is seen whole', () => {
  const edge = Math.ceil(NOW / 10_000) * 10_000;
  assert.ok(findings(series(220, 10, { at: edge - 1100 })).length > 0);
});

test('sources do not add up', () => {
  const signals = series(1000, 1).map((one, i) => signal({ at: one.at, ip: `198.51.100.${i % 200}` }));
  assert.equal(findings(signals).length, 0);
});

test('after a finding the count begins anew', () => {
  assert.equal(findings(series(600, 5)).length, 3);
});

test('state is bounded and expires', () => {
  const flood = make({ 'max-sources': 1024 });
  for (let i = 0; i < 10_000; i++) flood.observe(signal({ ip: `10.0.${i >> 8}.${i & 255}` }));
  assert.ok(flood.state().tracked <= 1024 * 1.25);
  flood.expire(NOW + 60_000);
  assert.equal(flood.state().tracked, 0);
});
