import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NOW, type SignalSketch, signal } from '../../../test/support/signals.ts';
import type { Place } from '../../lib/geography/distance.ts';
import type { Finding } from '../../pipeline/finding.ts';
import { type Geography, NO_GEOGRAPHY } from '../../pipeline/intel.ts';
import type { Signal } from '../../pipeline/signal.ts';
import { geoConfig } from './config.ts';
import { Geo } from './geo.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const DESK = 'Yealink SIP-T46U 108.86.0.20';
const MOBILE = 'Zoiper rv2.10.20';
const OTHER = 'PortSIP VoIP SDK';

/** The second number of an address says the country; others are not known. */
const COUNTRIES = ['DE', 'AT', 'ES', 'US', 'CN', 'BR', 'JP', 'RU'] as const;
const ipOf = (country: (typeof COUNTRIES)[number], host = 1) => `11.${COUNTRIES.indexOf(country)}.0.${host}`;
const WORLD: Geography = {
  country: ({ family, low }) => (family === 4 && low >>> 24 === 11 ? COUNTRIES[(low >>> 16) & 255] : v6Country(low)),
  place: () => undefined,
  networkNumber: ({ low }) => (low >>> 24 === 11 ? { asn: 64500, name: 'Example Net' } : undefined),
};
const v6Country = (low: number) => (low === 7 ? 'CN' : undefined);

const findings = (signals: readonly Signal[], config: unknown = {}, geography = WORLD): Finding[] => {
  const detector = new Geo(geoConfig.parse(config), geography);
  return signals.flatMap((one) => detector.observe(one) ?? []);
};
const reasons = (...args: Parameters<typeof findings>) => findings(...args).map(({ reason }) => reason);
const gotIn = (at: number, country: (typeof COUNTRIES)[number], sketch: SignalSketch = {}) =>
  signal({ kind: 'register.ok', status: 200, at, ip: ipOf(country), userAgent: DESK, ...sketch });
const called = (at: number, country: (typeof COUNTRIES)[number], sketch: SignalSketch = {}) =>
  gotIn(at, country, { kind: 'call.started', method: 'INVITE', ...sketch });
/** Ten days at home, every hour. */
const atHome = (sketch: SignalSketch = {}) =>
  Array.from({ length: 240 }, (_, i) => gotIn(NOW - (240 - i) * HOUR, 'DE', sketch));

describe('an account', () => {
  test('that gets in from a new country is told of once', () => {
    const [found, ...more] = findings([
      ...atHome(),
      gotIn(NOW + 20 * HOUR, 'US', { userAgent: OTHER }),
      gotIn(NOW + 21 * HOUR, 'US', { userAgent: OTHER }),
      gotIn(NOW + 22 * HOUR, 'US', { userAgent: MOBILE, ip: ipOf('US', 9) }),
    ]);
    assert.deepEqual([found?.type, found?.severity], ['geo_violation', 'warning']);
    assert.deepEqual(found?.subject, { kind: 'aor', aor: '1001@example.com' });
    assert.equal(found?.reason, 'registered from US, new to an account known in DE, with a user agent new to it');
    assert.deepEqual(found?.evidence.samples, {
      countries: ['DE', 'US'],
      sources: ['11.3.0.1'],
      'seen-before': ['11.0.0.1'],
      'user-agents': [OTHER],
      networks: ['AS64500 Example Net'],
    });
    assert.deepEqual(more, []);
  });
  test('that cannot have got there in time', () => {
    const [reason, ...more] = reasons([...atHome(), gotIn(NOW - 20 * MINUTE, 'US', { userAgent: OTHER })]);
    assert.match(
      reason ?? '',
      /^registered from US 40m after DE, at least 4,\d{3} km apart: faster than 1,000 km\/h, /,
    );
    assert.match(reason ?? '', /with a user agent new to it$/);
    assert.deepEqual(more, []);
  });
  test('of which one device is in two places, however young the account', () => {
    const [reason] = reasons([gotIn(NOW, 'DE'), gotIn(NOW + HOUR, 'CN')]);
    assert.match(reason ?? '', /^registered from CN 1h after DE, .* with a user agent it had before$/);
  });
  test('that calls from afar without registering there', () => {
    const [reason] = reasons([...atHome(), called(NOW - 30 * MINUTE, 'BR', { userAgent: OTHER })]);
    assert.match(reason ?? '', /^called from BR 30m after DE/);
  });
  test('that authenticates its calls and never registers', () => {
    const authenticated = { transport: 'tls', proven: 'yes', authUser: '1001' } as const;
    const home = Array.from({ length: 20 }, (_, day) => called(NOW - (21 - day) * DAY, 'DE', authenticated));
    const [reason] = reasons([...home, called(NOW, 'US', authenticated)]);
    assert.match(reason ?? '', /^called from US, new to an account known in DE/);
  });
  test('over IPv6', () => {
    const [reason] = reasons([...atHome(), gotIn(NOW, 'DE', { ip: '2001:db8:0:7::1' })]);
    assert.match(reason ?? '', /^registered from CN 1h after DE/);
  });
  test('is measured by its places where they are known', () => {
    const at = (latitude: number, longitude: number): Place => ({ latitude, longitude, accuracyKm: 50 });
    const places: Readonly<Record<string, Place>> = { [ipOf('DE')]: at(52.5, 13.4), [ipOf('RU')]: at(55.75, 37.6) };
    const signals = [gotIn(NOW, 'DE'), gotIn(NOW + 40 * MINUTE, 'RU')];
    assert.deepEqual(findings(signals), [], 'by the nearest borders it can be');
    const [reason] = reasons(signals, {}, { ...WORLD, place: ({ text }) => places[text] });
    assert.match(reason ?? '', /^registered from RU 40m after DE, at least 1,50\d km apart/);
  });
});

describe('nothing is said of an account', () => {
  const quiet = (what: string, signals: readonly Signal[]) => test(what, () => assert.deepEqual(reasons(signals), []));

  quiet('in its first days', [gotIn(NOW, 'DE'), gotIn(NOW + 5 * DAY, 'US')]);
  quiet('whose desk phone is at home while its mobile, which is new, is abroad in the first days', [
    gotIn(NOW, 'DE'),
    gotIn(NOW + HOUR, 'US', { userAgent: MOBILE }),
    gotIn(NOW + 2 * HOUR, 'DE'),
  ]);
  quiet('that crosses to a neighbour, before it is known', [gotIn(NOW, 'DE'), gotIn(NOW + MINUTE, 'AT')]);
  quiet('that flies as fast as people do', [gotIn(NOW, 'DE'), gotIn(NOW + 11 * HOUR, 'US')]);
  quiet('that fails abroad', [...atHome(), gotIn(NOW, 'US', { kind: 'register.failed', status: 401 })]);
  quiet('in whose name somebody forges packets', [...atHome(), gotIn(NOW, 'US', { proven: 'no' })]);
  quiet('whose new address is nowhere', [...atHome(), gotIn(NOW, 'DE', { ip: '10.0.0.7' })]);
  quiet(
    'that never registers: the callers of a trunk',
    Array.from({ length: 100 }, (_, i) => called(NOW + i * DAY, i % 2 === 0 ? 'DE' : 'US')),
  );
  quiet(
    'that goes on being in two countries',
    [...Array(500).keys()]
      .flatMap((i) => [gotIn(NOW + i * HOUR, 'DE'), gotIn(NOW + i * HOUR + MINUTE, 'AT', { userAgent: MOBILE })])
      .slice(0, 300),
  );
  test('anywhere, where no country is known', () => {
    assert.deepEqual(findings([...atHome(), gotIn(NOW, 'US')], {}, NO_GEOGRAPHY), []);
  });
});

describe('people on the road', () => {
  /** The desk phone stays at home, the mobile goes along. */
  const journey = (stops: readonly (typeof COUNTRIES)[number][]) => [
    ...[...atHome(), ...atHome({ userAgent: MOBILE })],
    ...stops.flatMap((country, i) =>
      Array.from({ length: 24 }, (_, hour) => [
        gotIn(NOW + i * 2 * DAY + DAY + hour * HOUR, country, { userAgent: MOBILE }),
        gotIn(NOW + i * 2 * DAY + DAY + hour * HOUR + MINUTE, 'DE'),
      ]).flat(),
    ),
  ];
  const inOrder = (signals: readonly Signal[]) => signals.toSorted((a, b) => a.at - b.at);

  test('are told of once a country, and no more when they have been to several', () => {
    assert.deepEqual(reasons(inOrder(journey(['ES', 'DE', 'US', 'ES', 'BR', 'JP', 'US', 'CN']))), [
      'registered from ES, new to an account known in DE, with a user agent it had before',
      'registered from US, new to an account known in DE, ES, with a user agent it had before',
    ]);
  });
  test('are measured by the device that went along, not by the phone that stayed', () => {
    const [reason = 'none'] = reasons(inOrder(journey(['US'])));
    assert.match(reason, /^registered from US, new to an account known in DE/);
  });
  test('do not hide a thief with another device', () => {
    const signals = [...journey(['ES', 'AT', 'US']), gotIn(NOW + 5 * DAY + 5.5 * HOUR, 'JP', { userAgent: OTHER })];
    assert.match(reasons(inOrder(signals)).at(-1) ?? '', /^registered from JP \S+ after (DE|US), at least .* apart/);
  });
  test('have a new country again when they were long away', () => {
    const years = [...atHome(), gotIn(NOW + HOUR * 12, 'US')];
    const later = Array.from({ length: 70 }, (_, i) => gotIn(NOW + (i + 1) * DAY, 'DE'));
    assert.equal(findings([...years, ...later, gotIn(NOW + 71 * DAY, 'US')]).length, 2);
  });
});

describe('countries that may not come in', () => {
  const fails = (country: (typeof COUNTRIES)[number], sketch: SignalSketch = {}) =>
    signal({ ip: ipOf(country), ...sketch });

  test('by default all may', () => {
    assert.deepEqual(
      findings(COUNTRIES.flatMap((country) => [fails(country), gotIn(NOW, country, { user: country })])),
      [],
    );
  });
  test('are told of when they fail and when they get in, once an hour and source', () => {
    const signals = Array.from({ length: 61 }, (_, i) => fails('RU', { at: NOW + i * MINUTE }));
    const found = findings([...signals, gotIn(NOW, 'CN')], { deny: ['RU', 'CN'] });
    assert.deepEqual(
      found.map(({ reason, severity, at }) => [reason, severity, (at - NOW) / MINUTE]),
      [
        ['failed here, coming from RU, a country that is denied', 'warning', 0],
        ['failed here, coming from RU, a country that is denied', 'warning', 60],
        ['registered from CN, a country that is denied', 'warning', 0],
      ],
    );
    assert.deepEqual(found[0]?.subject, { kind: 'ip', address: fails('RU').address });
    assert.deepEqual(found[0]?.evidence.samples, { countries: ['RU'], networks: ['AS64500 Example Net'] });
  });
  test('are all that are not allowed', () => {
    const config = { allow: ['DE'], deny: ['AT'] };
    assert.deepEqual(
      COUNTRIES.filter((country) => findings([fails(country)], config).length > 0),
      COUNTRIES.filter((country) => country !== 'DE'),
    );
    assert.equal(reasons([fails('US')], config)[0], 'failed here, coming from US, a country that is not allowed');
  });
  test('block only if the operator says so', () => {
    assert.equal(findings([fails('RU')], { deny: ['RU'], block: true })[0]?.severity, 'error');
  });
  test('do not hold private addresses, unknown ones, or a server that is away', () => {
    const signals = [
      signal({ ip: '10.0.0.1' }),
      signal({ ip: '::1' }),
      signal({ ip: '192.0.2.1' }),
      fails('RU', { status: 503 }),
      fails('RU', { kind: 'register.removed' }),
    ];
    assert.deepEqual(findings(signals, { allow: ['DE'] }), []);
  });
  test('are codes of countries that exist, each allowed or denied; what is wrong is told at once', () => {
    assert.equal(geoConfig.safeParse({ allow: ['DE', 'XK'], deny: ['BV'] }).success, true);
    const codes = ['Russia', 'ru', 'XX', 'ZZ', 'EU', 'DE'];
    const { error } = geoConfig.safeParse({ allow: ['DE', 'UK'], deny: codes });
    assert.deepEqual(
      error?.issues.map(({ path }) => path.join('.')),
      ['allow.1', 'deny.0', 'deny.1', 'deny.2', 'deny.3', 'deny.4', 'deny.5'],
    );
    assert.match(error?.issues[0]?.message ?? '', /^expected the code of a country/);
    assert.match(error?.issues[6]?.message ?? '', /^expected a country that is not in allow, too$/);
  });
});

test('no country is looked up for a failure when there are no lists', () => {
  let lookUps = 0;
  const counting: Geography = { ...WORLD, country: () => String(++lookUps) };
  findings([signal(), signal({ kind: 'request.refused' })], {}, counting);
  assert.equal(lookUps, 0);
});

test('everything survives a restart, wherever it comes', () => {
  const signals = [
    ...atHome().filter((_, i) => i % 40 === 0),
    gotIn(NOW, 'US', { userAgent: OTHER }),
    gotIn(NOW + HOUR, 'US', { userAgent: OTHER }),
    gotIn(NOW + 2 * HOUR, 'CN', { userAgent: OTHER }),
    gotIn(NOW + 3 * DAY, 'DE'),
  ];
  const whole = findings(signals);
  assert.equal(whole.length, 2);
  for (let i = 0; i <= signals.length; i++) {
    const [before, after] = [0, 1].map(() => new Geo(geoConfig.parse({}), WORLD));
    const first = signals.slice(0, i).flatMap((one) => before?.observe(one) ?? []);
    assert.equal(after?.restore(structuredClone(before?.snapshot())), true);
    const second = signals.slice(i).flatMap((one) => after?.observe(one) ?? []);
    assert.deepEqual([...first, ...second], whole, `restart before signal ${i}`);
  }
});

test('memory is bounded and given back', () => {
  const detector = new Geo(geoConfig.parse({ 'max-accounts': 1024, 'max-sources': 1024, deny: ['DE'] }), WORLD);
  for (let i = 0; i < 20_000; i++) {
    const host = { ip: `11.0.${(i >> 8) & 255}.${i & 255}`, at: NOW + i };
    detector.observe(signal(host));
    detector.observe(signal({ ...host, kind: 'register.ok', user: `u${i}` }));
    detector.observe(signal({ ...host, kind: 'register.ok', user: 'one', userAgent: `agent ${i}` }));
  }
  assert.ok(detector.state().tracked <= 1024 + 1024 * 1.25, String(detector.state().tracked));
  assert.ok(detector.state().evicted > 30_000);
  assert.ok(JSON.stringify(detector.snapshot()).length < 1024 * 250);
  detector.expire(NOW + 90 * DAY);
  assert.equal(detector.state().tracked, 0);
});
