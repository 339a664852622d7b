import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import '../../../test/support/property-seed.ts';
import { Random } from '../../../test/support/random.ts';
import type { Finding } from '../../pipeline/finding.ts';
import type { Signal } from '../../pipeline/signal.ts';
import { Behaviour } from './behaviour.ts';
import { behaviourConfig } from './config.ts';
import { berlin, calls, DAY, fails, HOUR, MINUTE, office, PHONE, registers, START, WEEK } from './weeks.testkit.ts';

const SECOND = 1000;
/** After five weeks, on a Sunday at 02:00 UTC. */
const NIGHT = START + 5 * WEEK - DAY + 2 * HOUR;

const findings = (signals: readonly Signal[], config: unknown = {}): Finding[] => {
  const detector = new Behaviour(behaviourConfig.parse(config));
  return run(detector, signals);
};
/** As the pipeline does it: forgetting now and then. */
function run(detector: Behaviour, signals: readonly Signal[]): Finding[] {
  let expiredAt = 0;
  return signals.flatMap((signal) => {
    if (signal.at - expiredAt > HOUR) {
      expiredAt = signal.at;
      detector.expire(signal.at);
    }
    return detector.observe(signal) ?? [];
  });
}
const merged = (...lists: readonly (readonly Signal[])[]) => lists.flat().sort((a, b) => a.at - b.at);
const repeat = (count: number, from: number, everyMs: number, make: (at: number, i: number) => Signal) =>
  Array.from({ length: count }, (_, i) => make(from + i * everyMs, i));
const reasons = (found: readonly Finding[]) => found.map(({ reason }) => reason);
const users = (count: number) => Array.from({ length: count }, (_, i) => String(200 + i));
/** What somebody else does with the account of 200. */
const thief = { ip: '203.0.113.66', userAgent: 'Grandstream GXP1625 1.0.7.13' };

const ONE = office({ weeks: 6, users: ['200'] });
const untilNight = ONE.filter(({ at }) => at < NIGHT);

describe('an account', () => {
  test('that calls at night, all of a sudden', () => {
    const night = repeat(42, NIGHT, 80 * SECOND, (at) => calls(at, '200', '0401234567', thief));
    const [found, ...more] = findings(merged(ONE, night));
    assert.equal(found?.type, 'behaviour_deviation');
    assert.equal(found?.severity, 'warning');
    assert.deepEqual(found?.subject, { kind: 'aor', aor: '200@pbx.example' });
    assert.match(
      found?.reason ?? '',
      /^\d\d calls between 02:00 and 03:00 UTC on a Sunday; by habit of 4 weeks none at that time and at most about \d\d? in any hour$/,
    );
    assert.ok((found?.count ?? 0) <= 42);
    assert.deepEqual(found?.evidence.samples, { sources: ['203.0.113.66'], 'user-agents': [thief.userAgent] });
    assert.equal(found?.evidence.firstAt, NIGHT);
    assert.deepEqual(reasons(more), []);
  });
  test('that calls far more than ever, at work', () => {
    const noon = START + 4 * WEEK + DAY + 13 * HOUR;
    const [found, ...more] = findings(
      merged(
        ONE,
        repeat(120, noon, 20 * SECOND, (at) => calls(at, '200')),
      ),
    );
    assert.match(
      found?.reason ?? '',
      /calls between 13:00 and 14:00 UTC on a Tuesday; by habit of 4 weeks at most about/,
    );
    assert.deepEqual(reasons(more), []);
  });
  test('that never called at all', () => {
    const silent = office({ weeks: 5, users: ['200'], callsPerHour: 0 });
    const [found] = findings(
      merged(
        silent,
        repeat(20, NIGHT, MINUTE, (at) => calls(at, '200')),
      ),
    );
    assert.match(found?.reason ?? '', /^20 calls .* none at that time and none in any hour$/);
  });
  for (const more of [
    {},
    { transport: 'tls', proven: 'yes', authUser: '200' },
    { transport: 'udp', proven: 'no', authUser: '200' },
  ] as const) {
    test(`that authenticates its calls alone, and never registers: ${JSON.stringify(more)}`, () => {
      const habits = office({ weeks: 5, users: ['200'] }).filter(({ kind }) => kind === 'call.started');
      const night = repeat(42, NIGHT, MINUTE, (at) => calls(at, '200'));
      const signals = merged(habits, night).map((one) => ({ ...one, ...more }) as Signal);
      assert.equal(findings(signals).length, 1);
    });
  }
  test('whose phone returns no challenge, but registers from where it calls', () => {
    const simple = { proven: 'no' } as const;
    const weeks = ONE.map((one) => ({ ...one, proven: 'no' }) as Signal);
    assert.equal(
      findings(
        merged(
          weeks,
          repeat(42, NIGHT, MINUTE, (at) => calls(at, '200', '0401', simple)),
        ),
      ).length,
      1,
    );
  });
  test('that registers from everywhere', () => {
    const everywhere = repeat(12, NIGHT, HOUR, (at, i) => registers(at, '200', { ip: `192.0.${i}.1` }));
    const [found, ...more] = findings(merged(ONE, everywhere));
    assert.equal(found?.severity, 'info');
    assert.equal(
      found?.reason,
      '10 networks new to the account within a day; by habit of 4 weeks at most about 1 a day',
    );
    assert.deepEqual(more, []);
  });
  test('that calls one country after another', () => {
    const countries = ['0048', '0044', '0033', '0034', '0039', '0031'];
    const around = countries.map((code, i) => calls(NIGHT + i * HOUR, '200', `${code}123456789`));
    const [found, ...more] = findings(merged(ONE, around));
    assert.equal(found?.severity, 'warning');
    assert.equal(found?.reason, '5 destinations new to the account within a day; by habit of 4 weeks none a day');
    assert.deepEqual(more, []);
  });
  test('that registers without end', () => {
    const [found, ...more] = findings(
      merged(
        ONE,
        repeat(600, NIGHT, 2 * SECOND, (at) => registers(at, '200')),
      ),
    );
    assert.equal(found?.severity, 'info');
    assert.match(
      found?.reason ?? '',
      /^240 registrations between .* by habit of 4 weeks at most about [123] in an hour$/,
    );
    assert.deepEqual(more, []);
  });
  test('that shows one user agent after another', () => {
    const agents = repeat(5, NIGHT, MINUTE, (at, i) => registers(at, '200', { userAgent: `Dialler${'abcde'[i]} 1.0` }));
    assert.match(findings(merged(ONE, agents))[0]?.reason ?? '', /^4 user agents new to the account within a day/);
  });
  test('is told of once a day, and ever less while it goes on', () => {
    const nights = Array.from({ length: 14 }, (_, night) =>
      repeat(60, NIGHT + night * DAY, 40 * SECOND, (at) => calls(at, '200', '0401234567', thief)),
    );
    const found = findings(merged(ONE, ...nights));
    assert.deepEqual(
      found.map(({ at }) => Math.floor((at - NIGHT) / DAY)),
      [0, 1, 3, 7],
    );
  });
});

describe('what deviates is learnt slowly', () => {
  test('the same in the week after is found again', () => {
    const weeks = [0, 1, 2].map((week) => repeat(90, NIGHT + week * WEEK, 39 * SECOND, (at) => calls(at, '200')));
    const found = findings(merged(office({ weeks: 8, users: ['200'] }), ...weeks), { 'quiet-for': '1h' });
    assert.equal(found.length, 3);
  });
  test('nobody makes a habit of it from hour to hour', () => {
    const hours = Array.from({ length: 10 }, (_, i) =>
      repeat(Math.min(200, 15 * 2 ** i), NIGHT + i * HOUR, 15 * SECOND, (at) => calls(at, '200')),
    );
    const found = findings(merged(untilNight, ...hours));
    assert.ok(found.length >= 1);
    assert.ok((found[0]?.at ?? 0) < NIGHT + 3 * HOUR);
  });
});

describe('nothing is said', () => {
  const silent = (name: string, signals: () => readonly Signal[], config?: unknown) =>
    test(name, () => assert.deepEqual(reasons(findings(signals(), config)), []));

  silent('before there is a habit', () => {
    const first = ONE.filter(({ at }) => at < START + 13 * DAY);
    return merged(
      first,
      repeat(500, START + 13 * DAY, 10 * SECOND, (at) => calls(at, '200')),
    );
  });
  silent('of an account seen on few days', () => {
    const days = [0, 7, 14, 21, 28].flatMap((day) => repeat(20, START + day * DAY, HOUR, (at) => registers(at, '200')));
    return merged(
      days,
      repeat(50, START + 29 * DAY, MINUTE, (at) => calls(at, '200')),
    );
  });
  silent('of an office in a quarter of work', () => office({ weeks: 13, users: users(60), seed: 7 }));
  silent('of busy people, who make a call in three minutes', () =>
    office({ weeks: 8, users: users(20), callsPerHour: 20, seed: 8 }),
  );
  silent('of a call centre', () => office({ weeks: 6, users: users(8), callsPerHour: 60, seed: 9 }));
  silent('when the clocks change', () =>
    office({ weeks: 9, users: users(30), offset: berlin, callsPerHour: 12, seed: 10 }),
  );
  silent('of two weeks off, and the work that waited', () =>
    office({
      weeks: 9,
      users: users(30),
      holidays: Array.from({ length: 14 }, (_, i) => 35 + i),
      busy: (day) => (day === 49 ? 2 : 1),
      seed: 11,
    }),
  );
  silent('of those who work on a holiday, or at night for once', () => {
    const shift = office({ weeks: 1, users: users(10), from: START + 5 * WEEK, offset: () => -11, seed: 12 });
    return merged(
      office({ weeks: 6, users: users(10), seed: 13 }),
      shift.filter(({ kind }) => kind === 'call.started'),
    );
  });
  silent('of somebody who begins to work on Saturdays', () => {
    const saturdays = [4, 5, 6].flatMap((week) =>
      repeat(40, START + week * WEEK + 5 * DAY + 8 * HOUR, 12 * MINUTE, (at) => calls(at, '200')),
    );
    return merged(office({ weeks: 7, users: ['200'] }), saturdays);
  });
  silent('of a Monday after an outage', () => {
    const outage = START + 5 * WEEK - 3 * HOUR;
    const back = START + 5 * WEEK + 9 * HOUR;
    const all = office({ weeks: 6, users: users(80), busy: (day) => (day === 35 ? 2 : 1), seed: 14 });
    const rest = all.filter(({ at }) => at < outage || at >= back);
    const during = users(80).flatMap((user) =>
      repeat(200, outage, 3 * MINUTE, (at) => fails(at, user, { status: 503 })),
    );
    const return_ = users(80).flatMap((user, i) => repeat(6, back + i * 200, 5 * MINUTE, (at) => registers(at, user)));
    return merged(rest, during, return_);
  });
  silent('of another phone model, and a softphone on a journey', () => {
    const journey = [4, 5].map((week) =>
      repeat(20, START + week * WEEK + 8 * HOUR, 6 * HOUR, (at, i) =>
        registers(at, '201', { ip: `192.0.${Math.floor(i / 4)}.9`, userAgent: 'Zoiper rv2.10.19' }),
      ),
    );
    const model = ONE.map((one) => (one.at < START + 5 * WEEK ? one : { ...one, userAgent: 'snomD785/10.1.159.12' }));
    return merged(model, office({ weeks: 6, users: ['201'] }), ...journey);
  });
  silent('of somebody who begins to call Poland', () =>
    merged(
      ONE,
      repeat(30, START + 5 * WEEK + 8 * HOUR, 9 * MINUTE, (at) => calls(at, '200', '0048123456789')),
    ),
  );
  silent('of a phone that is told to refresh every minute', () =>
    merged(
      ONE,
      repeat(3 * 1440, START + 5 * WEEK, 50 * SECOND, (at) => registers(at, '200')),
    ),
  );
  silent('of a call to a group of thirty phones, which back ends ring in the name of the caller', () => {
    const backEnd = { ip: '10.0.0.5', userAgent: 'PBX', proven: 'no' } as const;
    return merged(
      ONE,
      repeat(60, NIGHT, SECOND, (at) => calls(at, '200', '1001', backEnd)),
    );
  });
  silent('of the callers of a trunk', () => {
    const trunk = { ip: '192.0.2.5', userAgent: 'Carrier SBC', proven: 'no' } as const;
    const habit = repeat(35 * 24, START, HOUR, (at) => calls(at, '+4930123', '0401', trunk));
    const tls = { ...trunk, transport: 'tls', proven: 'yes' } as const;
    const many = repeat(100, NIGHT, 30 * SECOND, (at) => calls(at, '+4930123', '0401', tls));
    return merged(habit, many);
  });
});

describe('an SBC', () => {
  const OFFICE = office({ weeks: 6, users: users(40), callsPerHour: 6, seed: 20 });
  test('whose firmware is rolled out has one word said of it', () => {
    const tuesday = START + 5 * WEEK + DAY + 9 * HOUR;
    const upgraded = OFFICE.map((one) =>
      one.at > tuesday + Number(one.user) * MINUTE ? { ...one, userAgent: 'Yealink SIP-T46U 108.86.0.75' } : one,
    );
    const [found, ...more] = findings(upgraded);
    assert.equal(found?.severity, 'info');
    assert.deepEqual(found?.subject, { kind: 'sensor', sensor: 'opensips' });
    assert.match(
      found?.reason ?? '',
      /^opensips: 10 accounts came within .* with a user agent never seen here before, 10 of them with another version/,
    );
    assert.deepEqual(more, []);
  });
  test('with far more calls than ever at such a time', () => {
    const night = repeat(3000, NIGHT, SECOND, (at, i) => calls(at, `+49301${i % 500}`, '0401', { proven: 'no' }));
    const found = findings(merged(OFFICE, night));
    assert.equal(found.length, 1);
    assert.equal(found[0]?.severity, 'warning');
    assert.match(
      found[0]?.reason ?? '',
      /^opensips: \d+ calls between 02:00 and 03:00 UTC on a Sunday; by habit of 4 weeks none/,
    );
  });
  test('with far more failures than ever, from wherever', () => {
    const noise = repeat(35 * 24 * 4, START, 15 * MINUTE, (at, i) => fails(at, '100', { ip: `192.0.2.${i % 250}` }));
    const attack = repeat(3000, NIGHT, SECOND, (at, i) =>
      fails(at, String(i % 40), { ip: `203.${i % 200}.${i % 7}.9` }),
    );
    const found = findings(merged(OFFICE, noise, attack));
    assert.deepEqual(reasons(found), [
      'opensips: 1000 failures between 02:00 and 03:00 UTC on a Sunday; by habit of 4 weeks at most about 4 at that time and at most about 4 in any hour',
    ]);
  });
  test('is told of in place of the accounts, when there are many', () => {
    const night = users(30).flatMap((user, i) => repeat(60, NIGHT + i * SECOND, 50 * SECOND, (at) => calls(at, user)));
    const found = findings(merged(OFFICE, night));
    const kinds = found.map(({ subject }) => subject.kind);
    assert.ok(kinds.filter((kind) => kind === 'aor').length <= 3, kinds.join());
    assert.ok(kinds.filter((kind) => kind === 'sensor').length <= 2, kinds.join());
  });
});

test('what was learnt survives a restart', () => {
  const before = new Behaviour(behaviourConfig.parse({}));
  run(before, untilNight);
  const after = new Behaviour(behaviourConfig.parse({}));
  assert.equal(after.restore(structuredClone(before.snapshot())), true);
  assert.deepEqual(after.snapshot(), before.snapshot());
  const night = repeat(42, NIGHT, 80 * SECOND, (at) => calls(at, '200'));
  assert.deepEqual(run(after, night), run(before, night));
  assert.equal(run(new Behaviour(behaviourConfig.parse({})), night).length, 0);
});

test('a clock that was wrong for a moment changes nothing', () => {
  const wrong = registers(START + 400 * DAY, '200');
  const night = repeat(42, NIGHT, 80 * SECOND, (at) => calls(at, '200'));
  const early = ONE.filter(({ at }) => at < START + DAY);
  const rest = merged(
    ONE.filter(({ at }) => at >= START + DAY),
    night,
  );
  const detector = new Behaviour(behaviourConfig.parse({}));
  const found = [...early, wrong, ...rest].flatMap((one) => detector.observe(one) ?? []);
  assert.equal(found.length, 1);
});

test('the order of signals within a second changes nothing', () => {
  const attack = merged(
    repeat(60, NIGHT, 40 * SECOND, (at) => calls(at, '200', '0401234567', thief)),
    ...Array.from({ length: 12 }, (_, i) => [
      registers(NIGHT + i * MINUTE, '201', { ip: `192.0.${i}.1` }),
      calls(NIGHT + i * MINUTE, '202', `00${31 + i}123456789`),
    ]),
  );
  const weeks = office({ weeks: 6, users: ['200', '201', '202'], refreshMs: 2 * HOUR });
  const coarse = merged(weeks, attack).map((one) => ({ ...one, at: Math.floor(one.at / SECOND) * SECOND }));
  const told = (signals: readonly Signal[]) => findings(signals).map(({ identity, reason }) => `${identity} ${reason}`);
  const reference = told(coarse);
  assert.equal(reference.length, 3, reference.join('\n'));
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const random = new Random(seed);
      const ranked = coarse.map((signal) => ({ signal, rank: random.next() }));
      const shuffled = ranked.sort((a, b) => a.signal.at - b.signal.at || a.rank - b.rank).map(({ signal }) => signal);
      assert.deepEqual(told(shuffled).sort(), [...reference].sort());
    }),
    { numRuns: 10 },
  );
});

test('memory is bounded and given back', () => {
  const detector = new Behaviour(behaviourConfig.parse({ 'max-accounts': 1024 }));
  for (let i = 0; i < 10_000; i++) {
    detector.observe(registers(START, `u${i}`, { userAgent: `${PHONE} ${i}` }));
    detector.observe(registers(START, `u${i}`));
  }
  assert.ok(detector.state().tracked <= 1232);
  assert.ok(detector.state().evicted > 8000);
  detector.expire(START + 21 * DAY);
  assert.equal(detector.state().tracked, 0);
});
