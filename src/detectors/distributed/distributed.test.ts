import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NOW, type SignalSketch, signal } from '../../../test/support/signals.ts';
import { type Finding, subjectText } from '../../pipeline/finding.ts';
import { type Geography, NO_GEOGRAPHY } from '../../pipeline/intel.ts';
import type { Signal } from '../../pipeline/signal.ts';
import { distributedConfig } from './config.ts';
import { Distributed } from './distributed.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const findings = (signals: readonly Signal[], config: unknown = {}, geography = NO_GEOGRAPHY): Finding[] => {
  const detector = new Distributed(distributedConfig.parse(config), geography);
  return signals.flatMap((one) => detector.observe(one) ?? []);
};
/** One failure each from `count` addresses that have no network in common. */
const strangers = (count: number, stepMs: number, sketch: SignalSketch = {}) =>
  Array.from({ length: count }, (_, i) =>
    signal({ ip: `100.${64 + (i >> 8)}.${i & 255}.9`, ...sketch, at: (sketch.at ?? NOW) + i * stepMs }),
  );
const neighbours = (count: number, stepMs: number, sketch: SignalSketch = {}) =>
  Array.from({ length: count }, (_, i) =>
    signal({ ip: `203.0.113.${i}`, user: `u${i}`, ...sketch, at: NOW + i * stepMs }),
  );

describe('an account', () => {
  test('at which many sources fail is under attack; the finding names them', () => {
    const [first, ...more] = findings(strangers(11, MINUTE));
    assert.deepEqual(first?.subject, { kind: 'aor', aor: '1001@example.com' });
    assert.equal(first?.reason, '10 sources failed at one account within 1d');
    assert.equal(first?.evidence.samples.sources?.length, 10);
    assert.ok(first?.evidence.samples.sources?.includes('100.64.10.9'));
    assert.deepEqual(more, []);
  });
  test('makes suspects of all that come later, one by one', () => {
    const found = findings(strangers(30, MINUTE)).slice(1);
    assert.equal(found.length, 19);
    assert.equal(subjectText(found[0]?.subject ?? assert.fail()), '100.64.11.9');
    assert.match(found[0]?.reason ?? '', /^failed at an account that 11 sources attacked within 1d$/);
    assert.deepEqual(found[0]?.evidence.samples.accounts, ['1001@example.com']);
  });
  test('but not where only the attack as a whole is wanted', () => {
    assert.equal(findings(strangers(30, MINUTE), { participants: false }).length, 1);
  });
  test('is told of once an hour, as long as it goes on', () => {
    const found = findings(strangers(200, MINUTE), { participants: false });
    assert.equal(found.length, 4);
  });
  test('spares its own devices', () => {
    const own = strangers(40, 0, { kind: 'register.ok' });
    assert.deepEqual(findings([...own, ...strangers(40, MINUTE, { at: NOW + HOUR })]), []);
    const owner = signal({ kind: 'register.ok', ip: '198.51.100.7' });
    const attacked = [owner, ...strangers(20, MINUTE), signal({ ip: '198.51.100.7', at: NOW + HOUR })];
    assert.ok(findings(attacked).every((one) => subjectText(one.subject) !== '198.51.100.7'));
  });
  test('may have nine sources that fail, or more in as many days', () => {
    assert.deepEqual(findings(strangers(10, MINUTE)), []);
    assert.deepEqual(findings(strangers(60, 3 * HOUR)), []);
  });
  test('is not under attack by the server being away, or by calls to numbers not in use', () => {
    assert.deepEqual(findings(strangers(60, MINUTE, { status: 503 })), []);
    assert.deepEqual(findings(strangers(60, MINUTE, { kind: 'call.failed', status: 404 })), []);
    assert.deepEqual(findings(strangers(60, MINUTE, { kind: 'register.ok' })), []);
  });
  test('of nobody is none', () => assert.deepEqual(findings(strangers(60, MINUTE, { user: '' })), []));
  test('attacked from forged addresses only blames nobody', () => {
    const found = findings(strangers(40, MINUTE, { proven: 'no' }));
    assert.deepEqual(
      found.map(({ subject, evidence }) => [subject.kind, evidence.proven]),
      [['aor', 'no']],
    );
    const typo = signal({ ip: '198.51.100.7', proven: 'yes', at: NOW + HOUR });
    const later = findings([...strangers(20, MINUTE, { proven: 'no' }), typo]);
    assert.ok(later.every((one) => one.subject.kind === 'aor'));
  });
});

describe('a network', () => {
  test('of which many sources fail attacks as a whole', () => {
    const [first, ...more] = findings(neighbours(20, MINUTE));
    assert.equal(subjectText(first?.subject ?? assert.fail()), '203.0.113.0/24');
    assert.match(first?.reason ?? '', /^8 sources of one network failed within 1d$/);
    assert.ok(first?.evidence.samples.sources?.length === 8);
    assert.equal(more.length, 1, 'told again ten minutes later');
  });
  test('is a /48 of IPv6', () => {
    const hops = Array.from({ length: 20 }, (_, i) =>
      signal({ ip: `2001:db8:7:${i.toString(16)}::1`, user: `u${i}`, at: NOW + i }),
    );
    assert.equal(subjectText(findings(hops)[0]?.subject ?? assert.fail()), '2001:db8:7::/48');
    assert.deepEqual(
      findings(hops.map((one, i) => ({ ...one, address: signal({ ip: `2001:db8:${i}::1` }).address }))),
      [],
    );
  });
  test('also if its sources knock at strange doors', () => {
    assert.equal(findings(neighbours(12, MINUTE, { kind: 'request.refused', reason: 'domain_not_found' })).length, 1);
  });
  test('with customers is none', () => {
    const customers = neighbours(60, 0, { kind: 'register.ok' }).flatMap((one) => [one, one]);
    assert.deepEqual(findings([...customers, ...neighbours(12, MINUTE, { proven: 'yes' })]), []);
  });
  test('with six bad phones is none', () => assert.deepEqual(findings(neighbours(6, MINUTE)), []));
  test('with one tool that fails all day is none', () => {
    const one = Array.from({ length: 500 }, (_, i) => signal({ user: `u${i}`, at: NOW + i * MINUTE }));
    assert.deepEqual(findings(one), []);
  });
  test('is not proven by sources that may be forged', () => {
    assert.equal(findings(neighbours(20, MINUTE, { proven: 'no' }))[0]?.evidence.proven, 'no');
    assert.equal(findings(neighbours(20, MINUTE, { proven: 'yes' }))[0]?.evidence.proven, 'yes');
  });

  describe('shows its customers', () => {
    const shows = (...signals: readonly Signal[]) => findings(signals).at(-1)?.evidence.showsCustomers;
    const elsewhere = signal({ kind: 'register.ok', ip: '198.51.100.7' });

    test('where the sensor has ever shown a registration, of anybody', () => {
      assert.equal(shows(...neighbours(9, MINUTE)), false, 'a log of failures alone');
      assert.equal(shows(elsewhere, ...neighbours(9, MINUTE)), true);
      assert.equal(shows(elsewhere, ...neighbours(9, MINUTE, { sensor: 'another' })), false);
    });
    test('where the sensor can tell which sources are forged: it would show registrations, too', () => {
      assert.equal(shows(...neighbours(9, MINUTE, { proven: 'yes' })), true);
    });
    test('only if enough of its sources were seen so', () => {
      const mixed = neighbours(9, MINUTE).map((one, i): Signal => ({ ...one, proven: i < 8 ? 'yes' : 'unknown' }));
      assert.equal(shows(...mixed), false);
      assert.equal(shows(...mixed, ...neighbours(20, MINUTE, { proven: 'yes' }).slice(9)), true);
    });
    test('also after a restart', () => {
      const config = distributedConfig.parse({});
      const before = new Distributed(config, NO_GEOGRAPHY);
      before.observe(elsewhere);
      const after = new Distributed(config, NO_GEOGRAPHY);
      assert.ok(after.restore(structuredClone(before.snapshot())));
      const found = neighbours(9, MINUTE).flatMap((one) => after.observe(one) ?? []);
      assert.equal(found[0]?.evidence.showsCustomers, true);
    });
  });
});

describe('an autonomous system', () => {
  /** All of 100.64.0.0/10 is one provider's. */
  const provider: Geography = {
    ...NO_GEOGRAPHY,
    networkNumber: ({ low }) =>
      low >>> 22 === 0x64400000 >>> 22 ? { asn: 64500, name: 'Example Hosting' } : undefined,
  };
  /** Each at an account of its own, from a /24 of its own, so that nothing else is conspicuous. */
  const rented = (count: number, sketch: SignalSketch = {}) =>
    strangers(count, MINUTE, sketch).map((one, i) => ({ ...one, user: `u${i}` }));

  test('of which many sources fail and none gets in is told of, with its name and the sources', () => {
    const [found, ...more] = findings(rented(200), {}, provider);
    assert.deepEqual(found?.subject, { kind: 'campaign', campaign: 'AS64500' });
    assert.equal(found?.severity, 'warning');
    assert.equal(found?.reason, '24 sources of AS64500 (Example Hosting) failed within 1d, who gets in is not shown');
    const [told] = findings(rented(60, { proven: 'yes' }), {}, provider);
    assert.equal(told?.reason, '24 sources of AS64500 (Example Hosting) failed within 1d, none got in');
    assert.equal(found?.evidence.samples.sources?.length, 24);
    assert.deepEqual(more, [], 'once in six hours');
  });
  test('with customers is none: it is a provider', () => {
    const customers = rented(20, { kind: 'register.ok', at: NOW - HOUR }).flatMap((one) => [one, one]);
    assert.deepEqual(findings([...customers, ...rented(60)], {}, provider), []);
  });
  test('with 23 that fail is none, and neither are addresses of nobody known', () => {
    assert.deepEqual(findings(rented(24), {}, provider), []);
    assert.deepEqual(findings(rented(200)), []);
  });
  test('is not proven by sources that may be forged', () => {
    assert.equal(findings(rented(60, { proven: 'no' }), {}, provider)[0]?.evidence.proven, 'no');
  });
});

test('state is bounded under a flood of forged addresses, and expires', () => {
  const detector = new Distributed(
    distributedConfig.parse({ 'max-accounts': 1024, 'max-devices': 1024, 'max-networks': 1024 }),
    { ...NO_GEOGRAPHY, networkNumber: ({ low }) => ({ asn: 1 + (low >>> 8), name: '' }) },
  );
  for (let i = 0; i < 20_000; i++) {
    const ip = `${10 + (i & 63)}.${(i >> 6) & 255}.${i & 255}.1`;
    detector.observe(
      signal({ ip, user: String(i), at: NOW + i, kind: i % 3 === 0 ? 'register.ok' : 'register.failed' }),
    );
  }
  assert.ok(detector.state().tracked <= 3 * 1024 * 1.25 + 16_384);
  assert.ok(detector.state().evicted > 10_000);
  detector.expire(NOW + 20 * DAY);
  assert.equal(detector.state().tracked, 0);
});
