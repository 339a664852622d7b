import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NOW, type SignalSketch, series, signal } from '../../../test/support/signals.ts';
import type { Finding } from '../../pipeline/finding.ts';
import { decoyTouchConfig } from './config.ts';
import { DecoyTouch } from './decoy-touch.ts';

const TOUCH: SignalSketch = { kind: 'request.refused', reason: 'decoy', method: 'OPTIONS' };
const EXTENSIONS = { extensions: ['666', 'admin'] };

const findings = (sketches: readonly SignalSketch[], config: unknown = EXTENSIONS): Finding[] => {
  const detector = new DecoyTouch(decoyTouchConfig.parse(config));
  return sketches.flatMap((sketch) => detector.observe(signal(sketch)) ?? []);
};

describe('found by a single request', () => {
  const cases: readonly [string, SignalSketch, string][] = [
    ['to the decoy', TOUCH, 'spoke to the decoy'],
    ['to the decoy, of broken SIP or none', { ...TOUCH, kind: 'malformed', detail: 'not-sip' }, 'spoke to the decoy'],
    ['to register an extension of nobody', { user: '666' }, 'tried an extension that belongs to nobody'],
    ['with success, too', { user: '666', kind: 'register.ok' }, 'tried an extension that belongs to nobody'],
    [
      'to call it',
      { kind: 'call.failed', user: '1001', requestUri: 'sip:666@example.com' },
      'tried an extension that belongs to nobody',
    ],
    [
      'from it',
      { kind: 'request.refused', reason: 'domain_not_found', user: 'admin' },
      'tried an extension that belongs to nobody',
    ],
  ];
  for (const [name, sketch, reason] of cases) {
    test(name, () => {
      const [finding] = findings([sketch]);
      assert.deepEqual([finding?.type, finding?.severity, finding?.reason], ['decoy_touched', 'error', reason]);
    });
  }
});

describe('not found', () => {
  const cases: readonly [string, SignalSketch][] = [
    ['another extension', { user: '6666' }],
    ['an extension in the domain', { user: '1', domain: '666' }],
    ['a registration whose request URI holds it', { requestUri: 'sip:666@example.com' }],
    ['a request refused for another reason', { kind: 'request.refused', reason: 'domain_not_found' }],
    ['broken SIP elsewhere', { kind: 'malformed', reason: 'malformed' }],
    ['a failure whose answer says so', { reason: 'decoy' }],
    ['a call to somebody else', { kind: 'call.started', requestUri: 'sip:1002@example.com' }],
    ['a request URI of garbage', { kind: 'call.failed', requestUri: '666@@:' }],
    ['no request URI', { kind: 'call.failed', requestUri: '' }],
  ];
  for (const [name, sketch] of cases) test(name, () => assert.deepEqual(findings([sketch]), []));
  test('without extensions, none is anybody in particular', () => assert.deepEqual(findings([{ user: '' }], {}), []));
});

test('a visitor is told of every ten seconds, each for itself', () => {
  const times = series(5, 6000, TOUCH).map(({ at }) => ({ ...TOUCH, at }));
  assert.equal(findings(times).length, 3);
  assert.equal(findings([TOUCH, { ...TOUCH, ip: '203.0.113.8' }, { ...TOUCH, ip: '203.0.113.7' }]).length, 2);
});

test('a finding says who, with what, and how sure the address is', () => {
  const [finding] = findings([{ ...TOUCH, userAgent: 'x', proven: 'no' }]);
  assert.equal(finding?.evidence.proven, 'no');
  assert.deepEqual(finding?.evidence.samples, { accounts: ['1001@example.com'], 'user-agents': ['x'] });
  assert.equal(finding?.identity, `decoy-touch:203.0.113.7:${NOW}`);
});

test('state is bounded and expires', () => {
  const detector = new DecoyTouch(decoyTouchConfig.parse({ 'max-sources': 1024 }));
  for (let i = 0; i < 10_000; i++) detector.observe(signal({ ...TOUCH, ip: `10.0.${i >> 8}.${i & 255}` }));
  assert.ok(detector.state().tracked <= 1024 * 1.25);
  detector.expire(NOW + 600_000);
  assert.equal(detector.state().tracked, 0);
});
