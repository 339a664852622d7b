import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NOW, type SignalSketch, signal } from '../../../test/support/signals.ts';
import { Address } from '../../lib/address.ts';
import type { Finding } from '../../pipeline/finding.ts';
import type { Correlation } from '../../pipeline/pipeline.ts';
import { Campaign } from './campaign.ts';
import { campaignConfig } from './config.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What another detector found, about the source of the signal unless said otherwise. */
function finding(sketch: SignalSketch, over: Partial<Finding> = {}): Finding {
  const { ip = '203.0.113.7', at = NOW } = sketch;
  const address = Address.parse(ip);
  assert.ok(address !== undefined);
  const isKnock = sketch.kind === 'request.refused';
  const type = isKnock ? 'scanner_detected' : 'brute_force_detected';
  return {
    type,
    detector: 'test',
    severity: 'error',
    subject: { kind: 'ip', address },
    at,
    count: 1,
    reason: '',
    evidence: { firstAt: at, lastAt: at, proven: 'yes', samples: {} },
    identity: `test:${type}:${ip}:${at}`,
    ...over,
  };
}

const make = (config: unknown = {}) => new Campaign(campaignConfig.parse(config));

function correlate(campaign: Campaign, sketch: SignalSketch, over: Partial<Finding> = {}): Correlation | undefined {
  return campaign.correlate(finding(sketch, over), signal(sketch));
}

/** One finding of each; what came of them. */
function all(sketches: readonly SignalSketch[], campaign = make()): (Correlation | undefined)[] {
  return sketches.map((sketch) => correlate(campaign, sketch));
}

/** The address of a stranger in a network of his own. */
const stranger = (i: number) => `${20 + (i % 100)}.${i % 250}.${i % 240}.${1 + (i % 200)}`;
const strangers = (count: number, sketch: (i: number) => SignalSketch = () => ({})): SignalSketch[] =>
  Array.from({ length: count }, (_, i) => ({ ip: stranger(i), at: NOW + i * 1000, ...sketch(i) }));

const TOOL: SignalSketch = { kind: 'request.refused', reason: 'decoy', method: 'OPTIONS', domain: '192.0.2.1' };
const ODD = 'kr4k3n/0.3 (pid 77)';

describe('strangers stay strangers', () => {
  const cases: readonly (readonly [string, readonly SignalSketch[]])[] = [
    [
      'two scanners with one tool in the same minute',
      strangers(2, () => ({ ...TOOL, userAgent: 'friendly-scanner', user: '100' })),
    ],
    [
      'nine scanners with one common tool at the account that all of them try first',
      strangers(9, () => ({ ...TOOL, userAgent: 'friendly-scanner', user: '100' })),
    ],
    [
      'fifty with one common tool at accounts of their own',
      strangers(50, (i) => ({ ...TOOL, userAgent: 'friendly-scanner', user: `${i}` })),
    ],
    [
      'fifty with the name of a phone that is sold everywhere',
      strangers(50, (i) => ({ user: `${i}`, userAgent: 'Grandstream GXP1625 1.0.7.13' })),
    ],
    ['fifty at the same time', strangers(50, (i) => ({ user: `${i}`, at: NOW }))],
    ['fifty without a user agent, at no account', strangers(50, () => ({ ...TOOL, user: '', userAgent: '' }))],
    [
      'SIPVicious everywhere: its tags begin with one seed and say what is scanned',
      strangers(9, () => ({ ...TOOL, user: '', userAgent: 'friendly-scanner', fromTag: '3206210844' })),
    ],
    [
      'a few who fail with one odd phone',
      strangers(9, (i) => ({ user: `${i}`, userAgent: 'Acme Bakelite Deskset 12' })),
    ],
    ['two neighbours in one network', [1, 2].map((i) => ({ ip: `198.18.7.${i}`, user: '1', userAgent: ODD }))],
    [
      'many with the same that is long ago',
      strangers(20, (i) => ({ ...TOOL, userAgent: ODD, at: NOW + i * 40 * MINUTE })),
    ],
    ['one source, however often', strangers(50, () => ({ ...TOOL, userAgent: ODD, ip: '203.0.113.7' }))],
    ['several hosts of one /64', [1, 2, 3, 4].map((i) => ({ ...TOOL, userAgent: ODD, ip: `2001:db8::${i}` }))],
  ];
  for (const [name, sketches] of cases) {
    test(name, () =>
      assert.deepEqual(
        all(sketches).filter((one) => one !== undefined),
        [],
      ),
    );
  }

  test('what would block nobody is no attack', () => {
    const campaign = make();
    for (const severity of ['info', 'warning'] as const) {
      for (const sketch of strangers(20, () => ({ ...TOOL, userAgent: ODD }))) {
        assert.equal(correlate(campaign, sketch, { severity }), undefined);
      }
    }
  });

  test('two campaigns at the same time stay two', () => {
    const campaign = make();
    const one = strangers(30, () => ({ ...TOOL, userAgent: ODD }));
    const other = strangers(30, (i) => ({ ...TOOL, userAgent: 'another one', ip: stranger(i + 31) }));
    const ids = one
      .flatMap((sketch, i) => [sketch, other[i] ?? {}])
      .map((sketch) => correlate(campaign, sketch)?.campaign);
    assert.equal(new Set(ids.filter((id, i) => id !== undefined && i % 2 === 0)).size, 1);
    assert.equal(new Set(ids.filter((id, i) => id !== undefined && i % 2 === 1)).size, 1);
    assert.equal(new Set(ids.filter((id) => id !== undefined)).size, 2);
  });
});

describe('who shares something is one campaign', () => {
  const cases: readonly (readonly [string, number, readonly SignalSketch[]])[] = [
    ['an unusual user agent of a tool', 3, strangers(5, () => ({ ...TOOL, user: '', userAgent: ODD }))],
    ['an unusual user agent where passwords fail', 10, strangers(12, (i) => ({ user: `${i}`, userAgent: ODD }))],
    ['an unusual user agent and an account', 3, strangers(5, () => ({ userAgent: ODD }))],
    ['a From tag, which must be random', 3, strangers(5, (i) => ({ ...TOOL, user: `${i}`, fromTag: 'a7b9c11' }))],
    [
      'a number, whatever stands before it',
      3,
      strangers(5, (i) => ({
        kind: 'request.refused',
        reason: 'dial_probe',
        method: 'INVITE',
        user: '',
        requestUri: `sip:${'0'.repeat(i)}46812345678@pbx.example`,
      })),
    ],
    [
      'an unknown domain and a user agent',
      3,
      strangers(5, (i) => ({
        kind: 'request.refused',
        reason: 'domain_not_found',
        domain: 'old.example',
        userAgent: 'friendly-scanner',
        user: `${i}`,
      })),
    ],
    [
      'a common tool and one account, if they are many',
      10,
      strangers(12, () => ({ ...TOOL, userAgent: 'friendly-scanner', user: '100' })),
    ],
    [
      'the form of the branch and an account, if they are many and say no user agent',
      10,
      strangers(12, (i) => ({ ...TOOL, user: '100', branch: `z9hG4bK-${1000 + i}-zz` })),
    ],
    [
      'a network and a user agent',
      3,
      strangers(5, (i) => ({ ip: `198.18.7.${i}`, user: `${i}`, userAgent: 'Yealink' })),
    ],
    ['a network and an account', 3, strangers(5, (i) => ({ ip: `2001:db8:7:${i}::1` }))],
    ['a network, if they are many', 10, strangers(12, (i) => ({ ip: `198.18.7.${i}`, user: `${i}` }))],
  ];
  for (const [name, from, sketches] of cases) {
    test(name, () => {
      const correlations = all(sketches);
      assert.deepEqual(
        correlations.map((one) => one !== undefined),
        sketches.map((_, i) => i >= from - 1),
      );
      const formed = correlations[from - 1];
      assert.equal(formed?.earlier.length, from - 1);
      assert.equal(formed?.news?.type, 'campaign_detected');
      assert.equal(new Set(correlations.flatMap((one) => one?.campaign ?? [])).size, 1);
    });
  }

  test('distributed attacks: the sources of each account, and the accounts in one disguise', () => {
    const campaign = make();
    const attacked = (user: string, network: string, at: number) =>
      correlate(
        campaign,
        { ip: `${network}.9`, user, domain: 'pbx.example', userAgent: 'Grandstream GXP1625 1.0.7.13', at },
        {
          type: 'distributed_attack',
          subject: { kind: 'aor', aor: `${user}@pbx.example` },
          evidence: {
            firstAt: at,
            lastAt: at,
            proven: 'yes',
            samples: { sources: Array.from({ length: 9 }, (_, i) => `${network}.${i}`) },
          },
        },
      );
    const first = attacked('1000', '198.18.1', NOW);
    assert.match(first?.news?.reason ?? '', /^10 sources in one network try the same account with one tool /);
    const second = attacked('1001', '198.18.2', NOW + MINUTE);
    assert.equal(second?.campaign, first?.campaign);
    const participant = correlate(
      campaign,
      { ip: '203.0.113.200', user: '1001', domain: 'pbx.example', at: NOW + 2 * MINUTE },
      {
        type: 'distributed_attack',
        evidence: { firstAt: NOW, lastAt: NOW, proven: 'yes', samples: { accounts: ['1001@pbx.example'] } },
      },
    );
    assert.equal(participant?.campaign, first?.campaign);
  });

  test('distributed attacks: the networks of one provider', () => {
    const campaign = make();
    const sources = Array.from({ length: 9 }, (_, i) => `198.18.${i}.1`);
    const found = correlate(
      campaign,
      { ip: '198.18.9.1', user: '' },
      {
        type: 'distributed_attack',
        subject: { kind: 'campaign', campaign: 'AS64500' },
        evidence: { firstAt: NOW, lastAt: NOW, proven: 'yes', samples: { sources } },
      },
    );
    assert.match(found?.news?.reason ?? '', /^10 sources in 10 networks .*a provider whose networks attack/);
    assert.notEqual(found?.campaign, 'AS64500');
  });

  test('whatever else its sources do and did belongs to it, once', () => {
    const campaign = make();
    const [a = {}, b = {}, c = {}] = strangers(3, () => ({ ...TOOL, userAgent: ODD }));
    const before = { ...a, kind: 'register.failed', user: 'x', userAgent: '', at: NOW - MINUTE } as const;
    assert.equal(correlate(campaign, before), undefined);
    correlate(campaign, a);
    correlate(campaign, b);
    const formed = correlate(campaign, c);
    assert.deepEqual(
      formed?.earlier.toSorted(),
      [finding(before).identity, finding(a).identity, finding(b).identity].toSorted(),
    );
    const later = correlate(campaign, { ...b, kind: 'register.failed', user: 'y', userAgent: '', at: NOW + HOUR });
    assert.deepEqual([later?.campaign, later?.earlier], [formed?.campaign, []]);
  });
});

describe('a campaign is told', () => {
  const attack = (count: number, at = NOW) =>
    strangers(count, (i) => ({
      ...TOOL,
      userAgent: ODD,
      user: String(100 + (i % 20)),
      at: at + i * 1000,
      ip: `20.${i >> 8}.${i & 255}.7`,
    }));

  test('when it forms and when it has grown tenfold, with figures and without attackers’ text', () => {
    const news = all(attack(500)).flatMap((one) => one?.news ?? []);
    assert.match(
      news[0]?.reason ?? '',
      /^3 sources in 3 networks try 3 accounts with one tool \(they share an unusual user agent\) since 12:00 UTC$/,
    );
    assert.match(
      news[1]?.reason ?? '',
      /^ten times as many: 30 sources in 30 networks try the same 20 accounts with one tool .* since 12:00 UTC$/,
    );
    assert.match(news[2]?.reason ?? '', /^ten times as many: 300 sources in 300 networks try the same 20 accounts /);
    assert.equal(news.length, 3);
    assert.doesNotMatch(JSON.stringify(news.map(({ reason }) => reason)), /kr4k3n/);
    assert.deepEqual(news[0]?.evidence.samples['user-agents'], [ODD]);
  });

  test('when it becomes more severe', () => {
    const campaign = make();
    all(attack(3), campaign);
    const [source = {}] = attack(1);
    const worse = correlate(
      campaign,
      { ...source, at: NOW + MINUTE },
      { severity: 'critical', type: 'account_compromised' },
    );
    assert.equal(worse?.news?.severity, 'critical');
    assert.match(worse?.news?.reason ?? '', /^now critical: 3 sources /);
    assert.equal(correlate(campaign, { ...source, at: NOW + 2 * MINUTE }, { severity: 'critical' })?.news, undefined);
  });

  test('when nothing was found of it for a while, once, with its totals', () => {
    const campaign = make();
    all(attack(312), campaign);
    assert.deepEqual(campaign.conclude(NOW + HOUR), []);
    const [over, ...more] = campaign.conclude(NOW + 3 * HOUR);
    assert.equal(
      over?.reason,
      'over: 312 sources in 312 networks tried the same 20 accounts with one tool (they share an unusual user agent) from 12:00 UTC on, within 5m11s, 312 findings',
    );
    assert.deepEqual([over?.severity, over?.at, over?.count], ['info', NOW + 311_000 + 2 * HOUR, 312]);
    assert.deepEqual([more, campaign.conclude(NOW + 4 * HOUR), campaign.state().tracked], [[], [], 0]);
  });

  test('as forged if all of it may be', () => {
    const campaign = make();
    const [, , last] = attack(3).map((sketch) =>
      correlate(campaign, sketch, { evidence: { firstAt: NOW, lastAt: NOW, proven: 'no', samples: {} } }),
    );
    assert.match(last?.news?.reason ?? '', /; the addresses may be forged$/);
    assert.equal(last?.news?.evidence.proven, 'no');
  });

  test('by an id that is short and the same in every replay; what comes after its end is another', () => {
    const ids = () => all([...attack(3), ...attack(3, NOW + 5 * HOUR)]).flatMap((one) => one?.campaign ?? []);
    assert.match(ids()[0] ?? '', /^c-[2-9b-z]{6}$/);
    assert.deepEqual(ids(), ids());
    assert.equal(new Set(ids()).size, 2);
  });
});

describe('its memory', () => {
  const id = (one: Correlation | undefined) => one?.campaign;

  test('survives a restart: those that wait, and those that run', () => {
    const sketches = strangers(6, () => ({ ...TOOL, userAgent: ODD }));
    for (const cut of [1, 2, 3, 5]) {
      const before = make();
      const whole = make();
      for (const sketch of sketches.slice(0, cut)) correlate(before, sketch);
      const after = make();
      const snapshot = structuredClone(before.snapshot());
      // What happens later is not in the snapshot.
      for (const sketch of sketches.slice(cut)) correlate(before, sketch);
      assert.equal(after.restore(snapshot), true);
      const expected = all(sketches, whole).slice(cut);
      assert.deepEqual(all(sketches.slice(cut), after), expected, `cut after ${cut}`);
      assert.deepEqual(after.conclude(NOW + DAY), whole.conclude(NOW + DAY));
    }
  });

  test('is bounded: the quietest campaign is told to be over, ties are forgotten and counted', () => {
    const campaign = make({ 'max-campaigns': 8, 'max-ties': 1024 });
    for (let i = 0; i < 9; i++) {
      all(
        strangers(3, (j) => ({ ...TOOL, userAgent: `tool number ${i}`, ip: `20.${i}.${j}.1`, at: NOW + i * 1000 })),
        campaign,
      );
    }
    assert.equal(campaign.state().tracked, 8);
    assert.equal(campaign.conclude(NOW + MINUTE).length, 1);
    for (let i = 0; i < 2000; i++)
      correlate(campaign, { ip: `30.${i >> 8}.${i & 255}.1`, user: `${i}`, at: NOW + MINUTE });
    assert.ok(campaign.state().evicted > 1);
    campaign.conclude(NOW + DAY);
    campaign.expire(NOW + DAY);
    assert.deepEqual(campaign.snapshot().groups, []);
  });

  test('ties that lead to a campaign live as long as it does', () => {
    const campaign = make();
    const [first, second, formed] = all(
      strangers(3, () => ({ ...TOOL, userAgent: ODD })),
      campaign,
    );
    assert.deepEqual([first, second], [undefined, undefined]);
    campaign.expire(NOW + 90 * MINUTE);
    const later = correlate(campaign, { ...TOOL, userAgent: ODD, ip: '99.1.1.1', at: NOW + 90 * MINUTE });
    assert.equal(id(later), id(formed));
  });
});
