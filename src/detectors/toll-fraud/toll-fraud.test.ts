import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NOW, type SignalSketch, signal } from '../../../test/support/signals.ts';
import { DEFAULT_DIAL_PLAN, type DialPlan } from '../../lib/phone-number/destination.ts';
import type { Finding } from '../../pipeline/finding.ts';
import type { Signal } from '../../pipeline/signal.ts';
import { tollFraudConfig } from './config.ts';
import { TollFraud } from './toll-fraud.ts';

const SECOND = 1000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SATELLITE = '0088216123456';

const findings = (signals: readonly Signal[], config: unknown = {}, plan?: DialPlan): Finding[] => {
  const detector = new TollFraud(tollFraudConfig.parse(config), plan);
  return signals.flatMap((one) => detector.observe(one) ?? []);
};
const registered = (at = NOW - 30 * DAY, sketch: SignalSketch = {}) =>
  signal({ kind: 'register.ok', status: 200, at, ...sketch });
/** A call that is answered after two seconds and ends after `ms`. */
const call = (at: number, number: string, ms = MINUTE, sketch: SignalSketch = {}): Signal[] => {
  const invite = { method: 'INVITE', requestUri: `sip:${number}@example.com`, callId: `c${at}`, ...sketch };
  return [
    signal({ ...invite, kind: 'call.started', status: 180, at }),
    signal({ ...invite, kind: 'call.answered', status: 200, at: at + 2 * SECOND }),
    signal({ ...invite, kind: 'call.ended', status: 0, at: at + 2 * SECOND + ms, detail: String(ms) }),
  ];
};
const inOrder = (signals: readonly Signal[]) => [...signals].sort((a, b) => a.at - b.at);
const repeat = (count: number, at: number, everyMs: number, number: string, ms?: number, sketch?: SignalSketch) =>
  inOrder(Array.from({ length: count }, (_, i) => call(at + i * everyMs, number, ms, sketch)).flat());
/** A month of work: three calls at home on each day, at noon. */
const habits = () => [
  registered(),
  ...Array.from({ length: 30 }, (_, day) => repeat(3, NOW - (30 - day) * DAY, MINUTE, '0301234567')).flat(),
];

describe('fraud', () => {
  test('a burst of calls to satellites by an account that calls at home', () => {
    const [found, ...more] = findings([...habits(), ...repeat(20, NOW, 30 * SECOND, SATELLITE, 10 * MINUTE)]);
    assert.equal(found?.type, 'toll_fraud_suspected');
    assert.equal(found?.severity, 'critical');
    assert.deepEqual(found?.subject, { kind: 'aor', aor: '1001@example.com' });
    assert.equal(found?.at, NOW + MINUTE);
    assert.equal(
      found?.reason,
      '3 calls to countries or kinds of number new to the account within 10m, 2 at the same time, together about 1500 cents a minute',
    );
    assert.deepEqual(found?.evidence.samples, { sources: ['203.0.113.7'], numbers: [SATELLITE] });
    assert.deepEqual(more, []);
  });
  test('slowly, one call after another that never ends', () => {
    const signals = inOrder(
      Array.from({ length: 5 }, (_, i) => call(NOW + i * 20 * MINUTE, '+37112345678', 10 * HOUR)).flat(),
    );
    const [found] = findings([...habits(), ...signals], { 'burst-cents': 150 });
    assert.match(found?.reason ?? '', /^3 calls .* 2 at the same time, together about 180 cents/);
  });
  test('by what it costs, however few calls', () => {
    const long = [...call(NOW, SATELLITE, 11 * MINUTE), ...call(NOW + HOUR, SATELLITE)];
    assert.match(
      findings([...habits(), ...long])[0]?.reason ?? '',
      /^costly calls for about 5500 cents in a day, limit 5000$/,
    );
    assert.deepEqual(findings([...habits(), ...long], { 'max-spend': 10_000 }), []);
  });
  test('even by a new account, if it is bad enough', () => {
    const found = findings([registered(NOW - HOUR), ...repeat(5, NOW, 30 * SECOND, SATELLITE)]);
    assert.equal(found.length, 1);
  });
  test('is told of again after an hour', () => {
    const found = findings([...habits(), ...repeat(200, NOW, 30 * SECOND, SATELLITE)]);
    assert.equal(found.length, 2);
  });
  test('that begins with a single call in the night, of which was warned', () => {
    const night = NOW + 14 * HOUR;
    const burst = repeat(20, night + 5 * MINUTE, 30 * SECOND, SATELLITE, 10 * MINUTE);
    const found = findings([...habits(), ...call(night, '0022012345678'), ...burst]);
    assert.deepEqual(
      found.map(({ severity }) => severity),
      ['warning', 'critical'],
    );
  });
  test('a single call to a new country in the night is a warning', () => {
    const [found, ...more] = findings([...habits(), ...call(NOW + 14 * HOUR, '0022012345678')]);
    assert.equal(found?.severity, 'warning');
    assert.equal(found?.reason, 'the first call to GM, at an hour at which the account never calls');
    assert.deepEqual(more, []);
  });
  for (const invite of [
    { proven: 'yes', transport: 'udp' },
    { proven: 'no', transport: 'udp', authUser: '1001' },
    { proven: 'yes', transport: 'tls', authUser: '1001' },
  ] as const) {
    test(`by an account that authenticates each call, and never registers: ${JSON.stringify(invite)}`, () => {
      const [found, ...more] = findings([...repeat(9, NOW, MINUTE, SATELLITE, 20 * MINUTE, invite)]);
      assert.equal(found?.severity, 'critical');
      assert.deepEqual(more, []);
    });
  }
  test('is measured with own rates', () => {
    const cheap = repeat(10, NOW, 30 * SECOND, SATELLITE);
    assert.deepEqual(findings([...habits(), ...cheap], { rates: { satellite: 1 } }), []);
    for (const name of ['mars', 'XX', 'freephone'])
      assert.throws(() => tollFraudConfig.parse({ rates: { [name]: 1 } }), /expected an ISO country/);
    assert.deepEqual(tollFraudConfig.parse({ rates: { XK: 1, premium: 2 } }).rates, { XK: 1, premium: 2 });
  });
});

describe('OpenSIPS thresholds', () => {
  const crossed = (reason: string, at = NOW, detail = 'calls per minute is 12, limit 10, called 0088216, rule 3') =>
    signal({ kind: 'fraud.threshold', reason, at, detail });
  test('are findings of their level, without an account known before', () => {
    const [warning, critical, ...more] = findings([
      crossed('warning'),
      crossed('critical', NOW + 1),
      crossed('critical', NOW + 2),
    ]);
    assert.deepEqual([warning?.severity, critical?.severity, more], ['warning', 'critical', []]);
    assert.equal(critical?.reason, 'crossed a threshold of OpenSIPS: calls per minute is 12, limit 10');
  });
  test("never carry the caller's text", () => {
    const [found] = findings([crossed('warning', NOW, "<b>'; DROP TABLE")]);
    assert.equal(found?.reason, 'crossed a threshold of OpenSIPS');
  });
});

describe('no fraud', () => {
  test('calls at home, however many', () => {
    assert.deepEqual(findings([...habits(), ...repeat(500, NOW, SECOND, '0401234567', 10 * MINUTE)]), []);
  });
  test('calls to cheap countries that are new', () => {
    assert.deepEqual(findings([...habits(), ...repeat(10, NOW, MINUTE, '0048123456789')]), []);
  });
  test('two calls to a dear country that is new', () => {
    assert.deepEqual(findings([...habits(), ...repeat(2, NOW, MINUTE, '0022012345678')]), []);
  });
  test('an account that calls there every day', () => {
    const daily = Array.from({ length: 30 }, (_, day) =>
      repeat(1, NOW - (30 - day) * DAY + HOUR, MINUTE, '0022012345678', 3 * MINUTE),
    );
    const today = repeat(10, NOW + HOUR, MINUTE, '0022012345678', 3 * MINUTE);
    assert.deepEqual(findings([...habits(), ...inOrder(daily.flat()), ...today]), []);
  });
  for (const [how, sketch] of [
    ['over UDP', { transport: 'udp', proven: 'no' }],
    ['over TLS', { transport: 'tls', proven: 'yes' }],
    ['in a log', { transport: 'unknown', proven: 'unknown' }],
  ] as const) {
    test(`calls of a trunk ${how}: their callers are not ours`, () => {
      assert.deepEqual(findings(repeat(500, NOW, SECOND, SATELLITE, MINUTE, { user: '+4930123', ...sketch })), []);
    });
  }
  test('calls that come to nothing cost nothing', () => {
    const failing = Array.from({ length: 100 }, (_, i) =>
      signal({
        kind: 'call.failed',
        status: 404,
        method: 'INVITE',
        requestUri: `sip:${SATELLITE}@example.com`,
        at: NOW + i * SECOND,
      }),
    );
    assert.deepEqual(findings([...habits(), ...failing]), []);
  });
  test('calls within the own country, however they are dialled', () => {
    const german = { ...DEFAULT_DIAL_PLAN, homeCode: '49' };
    assert.deepEqual(
      findings([...habits(), ...repeat(20, NOW, SECOND, '+4930123456')], { 'burst-cents': 1 }, german),
      [],
    );
  });
});

test('a call that goes on for long is found without another, once; one that was not seen to end is not', () => {
  const detector = new TollFraud(tollFraudConfig.parse({}));
  for (const one of [...habits(), ...call(NOW, SATELLITE).slice(0, 2)]) detector.observe(one);
  assert.deepEqual(detector.conclude(NOW + 5 * MINUTE), []);
  const [found, ...more] = detector.conclude(NOW + 11 * MINUTE);
  assert.deepEqual(more, []);
  assert.match(found?.reason ?? '', /^costly calls for about \d+ cents in a day, limit 5000$/);
  assert.deepEqual([found?.severity, found?.subject.kind], ['critical', 'aor']);
  assert.deepEqual(found?.evidence.samples.sources, ['203.0.113.7']);
  assert.deepEqual(detector.conclude(NOW + 12 * MINUTE), []);
  const lost = new TollFraud(tollFraudConfig.parse({}));
  for (const one of [...habits(), ...call(NOW, SATELLITE).slice(0, 2)]) lost.observe(one);
  assert.deepEqual(lost.conclude(NOW + 3 * 60 * MINUTE), []);
});

test('habits, and calls that run, survive a restart', () => {
  const restart = (signals: readonly Signal[]): TollFraud => {
    const before = new TollFraud(tollFraudConfig.parse({}));
    for (const one of signals) before.observe(one);
    const after = new TollFraud(tollFraudConfig.parse({}));
    assert.equal(after.restore(structuredClone(before.snapshot())), true);
    assert.deepEqual(after.snapshot(), before.snapshot());
    return after;
  };
  const odd = call(NOW + 14 * HOUR, '0022012345678')[0];
  assert.ok(odd);
  assert.match(restart(habits()).observe(odd)?.reason ?? '', /^the first call to GM, at an hour/);
  const [first, second, third] = [0, 1, 2].map((i) => call(NOW + i * MINUTE, SATELLITE));
  const running = restart([...habits(), ...(first ?? []).slice(0, 2), ...(second ?? []).slice(0, 2)]);
  assert.ok(third?.[0]);
  assert.match(running.observe(third[0])?.reason ?? '', /^3 calls .* 2 at the same time/);
  const threshold = signal({ kind: 'fraud.threshold', reason: 'warning' });
  assert.equal(restart([threshold]).observe(threshold), undefined);
});

test('memory is bounded and given back', () => {
  const detector = new TollFraud(tollFraudConfig.parse({ 'max-accounts': 1024 }));
  for (let i = 0; i < 10_000; i++) detector.observe(registered(NOW, { user: `u${i}` }));
  assert.ok(detector.state().tracked <= 1024);
  assert.ok(detector.state().evicted >= 10_000 - 1024);
  detector.expire(NOW + 61 * DAY);
  assert.equal(detector.state().tracked, 0);
});
