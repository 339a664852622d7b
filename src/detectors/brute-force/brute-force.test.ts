import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NOW, type SignalSketch, series, signal } from '../../../test/support/signals.ts';
import type { Finding } from '../../pipeline/finding.ts';
import type { Signal } from '../../pipeline/signal.ts';
import { BruteForce } from './brute-force.ts';
import { bruteForceConfig } from './config.ts';

const detector = (config: unknown = {}) => new BruteForce(bruteForceConfig.parse(config));
const findings = (signals: readonly Signal[], config?: unknown): Finding[] => {
  const brute = detector(config);
  return signals.flatMap((one) => brute.observe(one) ?? []);
};
const KNOCK: SignalSketch = { kind: 'request.refused', reason: 'domain_not_found', method: 'INVITE' };

describe("the plan's windows", () => {
  const cases: readonly [string, Signal[], number | undefined][] = [
    ['5 failures in 5 minutes', series(5, 60_000), 4],
    ['4 failures in 5 minutes, then quiet', series(4, 1000), undefined],
    ['5 failures, the first just too old', series(5, 75_001), undefined],
    ['10 failures in an hour, slowly', series(10, 390_000), 9],
    ['9 failures in an hour', series(9, 390_000), undefined],
    ['10 failures in more than an hour', series(10, 400_100), undefined],
    ['10 door knocks in 5 minutes', series(10, 20_000, KNOCK), 9],
    ['9 door knocks', series(9, 20_000, KNOCK), undefined],
    ['4 failures and 6 knocks', [...series(4, 1000), ...series(6, 1000, { ...KNOCK, at: NOW + 4000 })], 9],
    ['malformed packets are door knocks', series(10, 1000, { kind: 'malformed', reason: 'malformed' }), 9],
  ];
  for (const [name, signals, index] of cases) {
    test(name, () => {
      const [first, ...more] = findings(signals);
      assert.equal(first?.at, index === undefined ? undefined : signals[index]?.at);
      assert.equal(more.length, 0);
    });
  }
});

test('other kinds of signals never count', () => {
  for (const kind of ['register.ok', 'register.removed', 'request.limited', 'flood', 'call.failed'] as const) {
    assert.deepEqual(findings(series(50, 10, { kind, status: 404 })), [], kind);
  }
});

test('sources are counted by themselves: IPv4 singly, IPv6 per /64, mapped IPv4 as IPv4', () => {
  const from = (ips: readonly string[]) => findings(ips.map((ip, i) => signal({ ip, at: NOW + i })));
  assert.equal(from(['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4', '192.0.2.5']).length, 0);
  const [v6] = from(['2001:db8::1', '2001:db8::2', '2001:db8::3', '2001:db8:0:0:ffff::4', '2001:db8::5']);
  assert.equal(v6?.identity, `brute-force:2001:db8::/64:${NOW + 4}`);
  assert.equal(
    from(['2001:db8:0:1::1', '2001:db8:0:2::1', '2001:db8:0:3::1', '2001:db8:0:4::1', '2001:db8:0:5::1']).length,
    0,
  );
  assert.equal(from(['192.0.2.9', '::ffff:192.0.2.9', '::ffff:c000:209', '192.0.2.9', '192.0.2.9']).length, 1);
});

test('a finding names what a person wants to know', () => {
  const [finding] = findings(series(5, 1000, { user: '200', domain: 'pbx.example', userAgent: 'friendly-scanner' }));
  assert.equal(finding?.reason, '5 failed registrations within 5m');
  assert.equal(finding?.count, 5);
  assert.deepEqual(finding?.evidence, {
    firstAt: NOW,
    lastAt: NOW + 4000,
    proven: 'unknown',
    samples: { accounts: ['200@pbx.example'], 'user-agents': ['friendly-scanner'] },
  });
});

test('evidence is proven only if enough of it is', () => {
  const mixed = (proven: readonly ('yes' | 'no')[]) =>
    findings(proven.map((one, i) => signal({ proven: one, at: NOW + i })))[0];
  assert.equal(mixed(['yes', 'yes', 'yes', 'yes', 'yes'])?.evidence.proven, 'yes');
  assert.equal(
    mixed(['no', 'no', 'no', 'no', 'yes'])?.evidence.proven,
    'no',
    'one honest failure proves no forged ones',
  );
  assert.equal(mixed(['yes', 'no', 'no', 'no', 'no'])?.evidence.proven, 'no');
});

test('after a finding the source is quiet for ten seconds, then counted anew', () => {
  assert.deepEqual(
    findings(series(25, 1000)).map((one) => (one.at - NOW) / 1000),
    [4, 19],
  );
});

test('a signal that stands for many counts as many', () => {
  assert.equal(findings([signal({ ...KNOCK, count: 10 })]).length, 1);
  assert.equal(findings([signal({ ...KNOCK, count: 9 })]).length, 0);
});

test('a threshold of one is broken by the first', () => {
  const config = { rules: [{ count: 'failures', threshold: 1, window: '1m' }] };
  assert.equal(findings([signal()], config).length, 1);
});

test('the order of signals within a second does not matter', () => {
  const signals = series(5, 200);
  const orders = [signals, [...signals].reverse(), [2, 0, 4, 1, 3].map((i) => signals[i] as Signal)];
  for (const order of orders) assert.equal(findings(order).length, 1);
});

test('state is bounded and says what it forgot', () => {
  const brute = detector({ 'max-sources': 1024 });
  for (let i = 0; i < 20_000; i++)
    brute.observe(signal({ ip: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, at: NOW + i }));
  assert.ok(brute.state().tracked <= 1024 * 1.25);
  assert.ok(brute.state().evicted > 18_000);
  brute.expire(NOW + 8 * 86_400_000);
  assert.equal(brute.state().tracked, 0);
});

test('rules are checked with place and what is allowed', () => {
  const result = bruteForceConfig.safeParse({ rules: [{ count: 'failures', threshold: 0, window: '1m' }] });
  assert.deepEqual(result.error?.issues[0]?.path, ['rules', 0, 'threshold']);
  assert.ok(!bruteForceConfig.safeParse({ rules: [] }).success);
  assert.ok(!bruteForceConfig.safeParse({ unknown: 1 }).success);
});

describe('windows of days', () => {
  const HOUR = 3_600_000;
  const DAY = 24 * HOUR;
  test('a guess every 20 minutes is found within the day', () => {
    const [first] = findings(series(200, HOUR / 3));
    assert.ok(first !== undefined && first.at - NOW < 10 * HOUR);
    assert.match(first.reason, /^2\d failed registrations within 1d$/);
  });
  test('a guess every two hours is found within the week', () => {
    const [first] = findings(series(200, 2 * HOUR));
    assert.ok(first !== undefined && first.at - NOW < 7 * DAY);
  });
  test('a knock every ten minutes, too', () => {
    assert.ok(findings(series(144, HOUR / 6, KNOCK)).length > 0);
  });
  test('a failure every six hours is not', () => assert.deepEqual(findings(series(200, 6 * HOUR)), []));
  test('proven evidence is needed throughout', () => {
    const mixed = series(30, HOUR / 3, { proven: 'yes' }).map((one, i) => (i === 5 ? { ...one, proven: 'no' } : one));
    assert.equal(findings(series(30, HOUR / 3, { proven: 'yes' }))[0]?.evidence.proven, 'yes');
    assert.notEqual(findings(mixed as Signal[])[0]?.evidence.proven, 'yes');
  });
});

describe('a success', () => {
  const ok = (at: number, user = '1001') => signal({ kind: 'register.ok', user, at });
  test('takes back the failures of its account', () => {
    const signals = [...series(4, 1000), ok(NOW + 5000), ...series(4, 1000, { at: NOW + 6000 })];
    assert.deepEqual(findings(signals), []);
  });
  test('of another account takes back nothing', () => {
    const signals = [...series(4, 1000), ok(NOW + 5000, '2002'), ...series(1, 1000, { at: NOW + 6000 })];
    assert.equal(findings(signals).length, 1);
  });
  test("takes back nothing where several accounts failed: one of them may be the guesser's own", () => {
    const other = signal({ user: '1002', at: NOW + 100 });
    const signals = [...series(3, 1000), other, ok(NOW + 5000), ...series(1, 1000, { at: NOW + 6000 })];
    assert.match(findings(signals)[0]?.reason ?? '', /^5 failed registrations of several accounts within 5m$/);
  });
  test('takes back no door knocks', () => {
    const signals = [
      ...series(9, 1000, KNOCK),
      signal({ at: NOW + 9000 }),
      ok(NOW + 9500),
      signal({ ...KNOCK, at: NOW + 9900 }),
    ];
    assert.equal(findings(signals).length, 1);
  });
});

test("the server's own trouble is nobody's failure", () => {
  for (const status of [408, 423, 480, 500, 503])
    assert.deepEqual(findings(series(50, 10, { status })), [], `${status}`);
});

describe('what looks like one device', () => {
  const isOneDevice = (signals: readonly Signal[]) => findings(signals)[0]?.evidence.isOneDevice === true;
  const called = (count: number, callIdOf: (i: number) => string, sketch: SignalSketch = {}) =>
    series(count, 30_000, { proven: 'yes', ...sketch }).map((one, i) => ({ ...one, callId: callIdOf(i) }) as Signal);
  const cases: readonly [string, Signal[], boolean][] = [
    ['one account under one Call-ID', called(5, () => 'a'), true],
    ['a phone that repeats itself within a moment', series(5, 2, { callId: 'a' }), true],
    ['a domain that is not ours, by one Call-ID', called(10, () => 'a', KNOCK), true],
    ['a Call-ID for each guess', called(5, (i) => `call-${i}`), false],
    ['another Call-ID in between', called(5, (i) => (i === 3 ? 'b' : 'a')), false],
    ['several accounts under one Call-ID', [...called(4, () => 'a'), signal({ user: '7', callId: 'a' })], false],
    ['no Call-ID', called(5, () => ''), false],
    ['a signal that stands for many', [1, 9].map((count) => signal({ ...KNOCK, callId: 'a', count })), false],
  ];
  for (const [name, signals, expected] of cases) test(name, () => assert.equal(isOneDevice(signals), expected));
});

test('calls with wrong credentials are failures', () => {
  assert.equal(findings(series(5, 10, { kind: 'call.failed', status: 407 })).length, 1);
});
