import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { NOW, type SignalSketch, signal } from '../../../test/support/signals.ts';
import type { Finding } from '../../pipeline/finding.ts';
import type { Signal } from '../../pipeline/signal.ts';
import { enumerationConfig } from './config.ts';
import { Enumeration } from './enumeration.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const findings = (signals: readonly Signal[], config: unknown = {}): Finding[] => {
  const detector = new Enumeration(enumerationConfig.parse(config));
  return signals.flatMap((one) => detector.observe(one) ?? []);
};
/** `count` accounts, one after the other, from extension 100 on. */
const accounts = (count: number, stepMs: number, sketch: SignalSketch = {}) =>
  Array.from({ length: count }, (_, i) =>
    signal({ user: String(100 + i), ...sketch, at: (sketch.at ?? NOW) + i * stepMs }),
  );

describe('found', () => {
  const cases: readonly [string, readonly Signal[]][] = [
    ['30 extensions, two a second', accounts(30, 500)],
    ['30 extensions, one every 20 seconds', accounts(30, 20_000)],
    ['30 extensions, one every 20 minutes', accounts(30, 20 * MINUTE)],
    ['30 extensions by calls that are challenged again', accounts(30, 500, { kind: 'call.failed', status: 407 })],
    ['30 extensions by OPTIONS', accounts(30, 500, { kind: 'request.refused', reason: 'domain_not_found' })],
    ['five accounts that do not exist', accounts(5, 1000, { status: 404, reason: 'Not Found' })],
    [
      'one account that does not exist, five times within a second',
      accounts(5, 200, { user: '9', reason: "can't find user", status: 403 }),
    ],
    [
      'accounts that do not exist, of whose names the log says nothing',
      accounts(6, 30_000, { user: '', reason: 'InvalidAccountID' }),
    ],
    [
      'five accounts that do not exist, one a minute, among many failures of one that does',
      [...accounts(5, MINUTE, { reason: "can't find user", status: 403 }), ...accounts(50, 5000, { user: '9' })],
    ],
  ];
  for (const [name, signals] of cases) {
    test(name, () => {
      const [first] = findings(signals);
      assert.equal(first?.type, 'username_enumeration');
      assert.equal(first?.subject.kind, 'ip');
    });
  }
  test('an attacker who owns one account, too', () => {
    const own = accounts(40, 2000, { user: 'mine', kind: 'register.ok' });
    assert.ok(findings([...accounts(40, 2000), ...own].sort((a, b) => a.at - b.at)).length > 0);
  });
});

describe('not found', () => {
  const phones = (...users: readonly string[]) =>
    users
      .flatMap((user) => accounts(500, MINUTE, { user, reason: "can't find user", status: 403 }))
      .sort((a, b) => a.at - b.at);
  const office = (succeeded: number, failed: number) => [
    ...accounts(succeeded, 100, { kind: 'register.ok' }),
    ...accounts(failed, 100, { user: 'x', at: NOW + 10_000 }).map((one, i) => ({ ...one, user: `late${i}` })),
  ];
  const cases: readonly [string, readonly Signal[]][] = [
    ['one account, a thousand times', accounts(1000, 100, { user: '100' })],
    ['seven accounts', accounts(7, 1000)],
    ['a busy office: 60 get in, 20 do not', office(60, 20)],
    ['80 phones while the back end is away', accounts(80, 100, { status: 503 })],
    ['a trunk that calls numbers not in use', accounts(500, 100, { kind: 'call.failed', status: 404 })],
    ['30 extensions, one a day', accounts(30, 24 * HOUR)],
    ['four accounts that do not exist', accounts(4, 1000, { status: 404 })],
    [
      'a monitor that asks for one account, which does not exist, every half minute for a day',
      accounts(2880, 30_000, { user: 'monitor', reason: 'InvalidAccountID' }),
    ],
    ['two phones whose accounts are gone', phones('201', '202')],
    ['a phone whose account is gone, in haste', accounts(5000, 5000, { user: '201', status: 404 })],
  ];
  for (const [name, signals] of cases) test(name, () => assert.deepEqual(findings(signals), []));

  test('where fewer get in than fail, it is no office', () => {
    assert.ok(findings(office(4, 30)).length > 0);
  });
});

test('a finding says how many, and about how long', () => {
  const [finding] = findings(accounts(30, 1000, { userAgent: 'x', proven: 'yes' }));
  assert.match(finding?.reason ?? '', /^about 1\d different accounts failed within 10m$/);
  assert.equal(finding?.evidence.proven, 'yes');
  assert.deepEqual(finding?.evidence.samples['user-agents'], ['x']);
  assert.equal(finding?.identity, `enumeration:203.0.113.7:${finding?.at}`);
});

test('one attempt that may be forged makes the evidence so', () => {
  const mixed = accounts(30, 1000).map((one, i) => ({ ...one, proven: i === 3 ? ('no' as const) : ('yes' as const) }));
  assert.notEqual(findings(mixed)[0]?.evidence.proven, 'yes');
  assert.equal(findings(accounts(30, 1000, { proven: 'no' }))[0]?.evidence.proven, 'no');
  assert.equal(findings(accounts(30, 1000))[0]?.evidence.proven, 'unknown');
});

test('after a finding the counting begins anew', () => {
  const found = findings(accounts(100, 100));
  assert.ok(found.length >= 5 && found.length <= 12, `${found.length} for 100 accounts`);
});

test('the order within a second does not matter', () => {
  const signals = accounts(12, 80);
  fc.assert(
    fc.property(fc.shuffledSubarray(signals, { minLength: 12 }), (shuffled) => {
      assert.equal(findings(shuffled).length, findings(signals).length);
    }),
  );
});

test('state is bounded and says what it forgot', () => {
  const detector = new Enumeration(enumerationConfig.parse({ 'max-sources': 1024 }));
  for (let i = 0; i < 20_000; i++) {
    detector.observe(signal({ ip: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, at: NOW + i }));
  }
  assert.ok(detector.state().tracked <= 1024 * 1.25);
  assert.ok(detector.state().evicted > 18_000);
  detector.expire(NOW + 3 * 24 * HOUR);
  assert.equal(detector.state().tracked, 0);
});
