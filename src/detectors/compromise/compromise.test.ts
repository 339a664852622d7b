import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NOW, type SignalSketch, series, signal } from '../../../test/support/signals.ts';
import type { Finding } from '../../pipeline/finding.ts';
import type { Signal } from '../../pipeline/signal.ts';
import { Compromise } from './compromise.ts';
import { compromiseConfig } from './config.ts';

const SECOND = 1000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const THIEF = '203.0.113.7';
const OWNER = '198.51.100.7';
const PHONE = 'Yealink SIP-T46U 108.86.0.20';

const findings = (signals: readonly Signal[], config: unknown = {}): Finding[] => {
  const detector = new Compromise(compromiseConfig.parse(config));
  return signals.flatMap((one) => detector.observe(one) ?? []);
};
const gotIn = (at: number, sketch: SignalSketch = {}) =>
  signal({ kind: 'register.ok', status: 200, at, expires: 3600, userAgent: PHONE, ...sketch });
const owned = (sketch: SignalSketch = {}) => gotIn(NOW - DAY, { ip: OWNER, ...sketch });
const call = (at: number, number: string, sketch: SignalSketch = {}) =>
  signal({
    kind: 'call.started',
    method: 'INVITE',
    status: 180,
    at,
    requestUri: `sip:${number}@example.com`,
    ...sketch,
  });
/** One failure each from `count` sources. */
const botnet = (count: number, sketch: SignalSketch = {}) =>
  Array.from({ length: count }, (_, i) => signal({ ip: `100.64.${i}.9`, at: NOW + i * MINUTE, ...sketch }));

describe('a guessed password', () => {
  test('by a tool that guesses fast', () => {
    const [found, ...more] = findings([...series(7, 8), gotIn(NOW + 60)]);
    assert.equal(found?.type, 'account_compromised');
    assert.equal(found?.severity, 'critical');
    assert.deepEqual(found?.subject, { kind: 'aor', aor: '1001@example.com' });
    assert.equal(found?.count, 7);
    assert.equal(
      found?.reason,
      'somebody got in after 7 failures; its source had failed there faster than people and phones do',
    );
    assert.deepEqual(found?.evidence.samples, { sources: [THIEF], 'user-agents': [PHONE] });
    assert.deepEqual(more, []);
  });
  test('by a tool that gives its name, however slow', () => {
    const agent = { userAgent: 'friendly-scanner' };
    const [found] = findings([...series(5, 5 * MINUTE, agent), gotIn(NOW + HOUR, agent)]);
    assert.match(found?.reason ?? '', /its user agent is a known attack tool/);
  });
  test('by a source that goes through many accounts', () => {
    const others = Array.from({ length: 6 }, (_, i) => signal({ user: `20${i}`, at: NOW + i * MINUTE }));
    const [found] = findings([...others, ...series(5, MINUTE, { at: NOW + HOUR }), gotIn(NOW + 2 * HOUR)]);
    assert.match(found?.reason ?? '', /its source had failed at many accounts/);
  });
  test('by one of many bots', () => {
    const [found] = findings([...botnet(12), gotIn(NOW + 12 * MINUTE, { ip: '100.64.3.9' })]);
    assert.match(found?.reason ?? '', /its source is one of 12 that attacked the account/);
  });
  test('by somebody new with another phone, hours after many failures', () => {
    const [found] = findings([
      owned(),
      ...series(30, MINUTE),
      gotIn(NOW + 9 * HOUR, { ip: '192.0.2.1', userAgent: 'Zoiper' }),
    ]);
    assert.match(found?.reason ?? '', /source and user agent are new to the account/);
    assert.deepEqual(found?.evidence.samples.sources, ['192.0.2.1']);
  });
  test('by somebody with the same phone who then calls where the owner never did', () => {
    const signals = [
      owned(),
      call(NOW - HOUR, '0043123456789', { ip: OWNER }),
      ...series(8, MINUTE),
      gotIn(NOW + HOUR),
    ];
    assert.deepEqual(findings([...signals, call(NOW + HOUR + 1, '0043123456789')]), [], 'as the owner does');
    assert.deepEqual(findings([...signals, call(NOW + HOUR + 1, '0301234567')]), [], 'at home');
    const [found, ...more] = findings([
      ...signals,
      call(NOW + HOUR + 1, '0088216123456'),
      call(NOW + HOUR + 2, '0088216123456'),
    ]);
    assert.match(found?.reason ?? '', /after 8 failures; its source is new to the account and called a country/);
    assert.deepEqual(more, []);
  });
  test('is found in the account of an IPv6 host that changes its address', () => {
    const guesses = Array.from({ length: 6 }, (_, i) => signal({ ip: `2001:db8::${i + 1}`, at: NOW + i * 100 }));
    assert.equal(findings([...guesses, gotIn(NOW + SECOND, { ip: '2001:db8::99' })]).length, 1);
  });
});

describe('no compromise', () => {
  test('somebody mistypes a few times, then gets it right', () => {
    for (const count of [1, 3, 4]) assert.deepEqual(findings([...series(count, 5 * SECOND), gotIn(NOW + MINUTE)]), []);
    assert.deepEqual(findings([...series(8, 20 * SECOND), gotIn(NOW + 3 * MINUTE)]), []);
  });
  test('a new phone with a wrong password for a day, then the right one', () => {
    assert.deepEqual(findings([...series(2880, 30 * SECOND), gotIn(NOW + DAY)]), []);
  });
  test('a phone with a password of last month that gets the new one', () => {
    const here = { ip: OWNER, userAgent: PHONE };
    assert.deepEqual(findings([owned(), ...series(10_000, MINUTE, here), gotIn(NOW + 7 * DAY, here)]), []);
  });
  test('the same phone, whose address changed meanwhile', () => {
    const moved = { ip: '198.51.100.99', userAgent: PHONE };
    assert.deepEqual(findings([owned(), ...series(1000, MINUTE, moved), gotIn(NOW + DAY, moved)]), []);
  });
  test("the owner's device registers while others guess", () => {
    const signals = [...botnet(30), gotIn(NOW + HOUR, { ip: OWNER }), gotIn(NOW + 2 * HOUR, { ip: OWNER })];
    assert.deepEqual(findings([owned(), ...signals]), []);
    const roaming = gotIn(NOW + HOUR, { ip: '192.0.2.200' });
    assert.deepEqual(findings([owned(), ...botnet(30), roaming]), [], 'from a new place, with its own phone');
  });
  test('an office registers again after the server was away', () => {
    assert.deepEqual(findings([...series(50, 100, { status: 503 }), gotIn(NOW + 6 * SECOND)]), []);
  });
  test('failures of four days ago', () => {
    assert.deepEqual(findings([...series(7, 10), gotIn(NOW + 4 * DAY)]), []);
  });
  test('a call to the satellite by an account that nobody attacked', () => {
    assert.deepEqual(findings([owned(), call(NOW, '0088216123456', { ip: OWNER })]), []);
  });
});

test('everything survives a restart, wherever it comes', () => {
  const signals = [
    owned(),
    call(NOW - HOUR, '0043123456789', { ip: OWNER }),
    ...series(8, MINUTE),
    gotIn(NOW + HOUR),
    call(NOW + HOUR + 1, '0043123456789'),
    call(NOW + HOUR + 2, '0088216123456'),
    ...series(7, 8, { user: '1002', at: NOW + 2 * HOUR }),
    gotIn(NOW + 2 * HOUR + 60, { user: '1002' }),
  ];
  const whole = findings(signals);
  assert.equal(whole.length, 2);
  for (let i = 0; i <= signals.length; i++) {
    const [before, after] = [0, 1].map(() => new Compromise(compromiseConfig.parse({})));
    const first = signals.slice(0, i).flatMap((one) => before?.observe(one) ?? []);
    assert.equal(after?.restore(structuredClone(before?.snapshot())), true);
    const second = signals.slice(i).flatMap((one) => after?.observe(one) ?? []);
    assert.deepEqual([...first, ...second], whole, `restart before signal ${i}`);
  }
});

test('memory is bounded and given back', () => {
  const detector = new Compromise(compromiseConfig.parse({ 'max-accounts': 1024, 'max-sources': 1024 }));
  for (let i = 0; i < 20_000; i++) {
    detector.observe(signal({ ip: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, user: `u${i}`, at: NOW + i }));
  }
  assert.ok(detector.state().tracked < 1.2 * (4 + 8 + 1) * 1024, String(detector.state().tracked));
  assert.ok(detector.state().evicted > 30_000);
  detector.expire(NOW + 30 * DAY);
  assert.equal(detector.state().tracked, 0);
});

describe('failures that somebody else may have sent in the name of who gets in', () => {
  const forged = { proven: 'no' } as const;
  const mayBeForged = (signals: readonly Signal[]) => findings(signals)[0]?.evidence.mayBeForged;

  test('are said to be so, if who gets in is proven', () => {
    assert.equal(mayBeForged([...series(7, 8, forged), gotIn(NOW + 60, { proven: 'yes' })]), true);
    assert.equal(mayBeForged([...series(7, 8, { proven: 'yes' }), gotIn(NOW + 60, { proven: 'yes' })]), undefined);
    assert.equal(mayBeForged([...series(7, 8, forged), gotIn(NOW + 60, forged)]), undefined, 'a tool, all the way');
    assert.equal(mayBeForged([...series(7, 8), gotIn(NOW + 60)]), undefined, 'nothing of it can be proven');
  });
  test('do not become better by the guesses of others', () => {
    const guessed = botnet(6, { at: NOW - HOUR, proven: 'yes' });
    assert.equal(mayBeForged([...guessed, ...series(7, 8, forged), gotIn(NOW + 60, { proven: 'yes' })]), true);
  });
  test('do not make a new phone an attacker for good', () => {
    const signals = [owned(), ...botnet(30, forged), gotIn(NOW + DAY, { userAgent: 'Other phone', proven: 'yes' })];
    assert.equal(mayBeForged(signals), true);
  });
});

test('the owner who mistypes on the road, while many guess, is none of them', () => {
  const road = { ip: '198.51.100.9' };
  const typed = signal({ ...road, at: NOW + HOUR, userAgent: PHONE });
  const attacked = [owned(), ...botnet(15), typed];
  assert.deepEqual(findings([...attacked, gotIn(NOW + HOUR + MINUTE, road)]), []);
  const [found] = findings([...attacked, gotIn(NOW + HOUR + MINUTE, { ...road, userAgent: 'Other phone' })]);
  assert.match(found?.reason ?? '', /its source is one of 16 that attacked/);
});

test('an update of the owner’s phone, from a new address while others guess, is no sign', () => {
  const update = { ip: '198.51.100.8', userAgent: 'Yealink SIP-T46U 108.86.0.90' };
  assert.deepEqual(
    findings([
      owned(),
      ...botnet(9),
      ...botnet(9, { at: NOW + HOUR }),
      ...botnet(9, { at: NOW + 2 * HOUR }),
      gotIn(NOW + DAY, update),
    ]),
    [],
  );
});
