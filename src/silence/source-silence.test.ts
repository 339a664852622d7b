import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Random } from '../../test/support/random.ts';
import { type SilenceLimits, type SourceSeen, SourceSilence } from './source-silence.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
/** A Monday, midnight. */
const MONDAY = Date.UTC(2026, 0, 5);
const LIMITS: SilenceLimits = { learnForMs: 2 * WEEK, minGapMs: 15 * MINUTE, oneIn: 1e6, missingAfterMs: 12 * HOUR };

/** Signals a minute in the mean, at a time. */
type Rate = (at: number) => number;

const hourOf = (at: number) => Math.floor(at / HOUR) % 24;
/** 0 is Monday. */
const dayOf = (at: number) => Math.floor((at - MONDAY) / DAY) % 7;
const isAtWork = (at: number) => dayOf(at) < 5 && hourOf(at) >= 8 && hourOf(at) < 18;

/** A source that is looked at once a minute. */
class Bench {
  readonly told: { readonly at: number; readonly type: string; readonly description: string }[] = [];
  readonly #random: Random;
  watch: SourceSilence;
  at = MONDAY;
  signals = 0;
  lines = 0;
  unrecognised = 0;
  offsetMs = 0;
  works = true;
  missing: string | undefined;

  constructor(limits: Partial<SilenceLimits> = {}, seed = 1) {
    this.watch = new SourceSilence('edge', { ...LIMITS, ...limits });
    this.#random = new Random(seed);
  }

  look(): void {
    const { at, offsetMs, signals, lines, unrecognised, works, missing } = this;
    const seen: SourceSeen = { at, offsetMs, signals, lines, unrecognised, works, missing };
    const change = this.watch.observe(seen);
    if (change !== undefined) this.told.push({ at, ...change });
  }

  pass(ms: number, rate: Rate): void {
    for (const until = this.at + ms; this.at < until; this.at += MINUTE) {
      this.hear(this.#poisson(rate(this.at)));
      this.look();
    }
  }

  hear(count: number): void {
    this.signals += count;
    this.lines += count;
  }

  #poisson(mean: number): number {
    if (mean === 0) return 0;
    let count = 0;
    for (let left = Math.exp(-Math.min(mean, 50)), product = this.#random.next(); product > left; count++)
      product *= this.#random.next();
    return count;
  }
}

/** Bursts of an attacker: for some minutes thousands, then nothing for long. */
function bursts(seed: number, minutes: number, pauseMinutes: number): Rate {
  const random = new Random(seed);
  let isOn = false;
  return () => {
    isOn = random.chance(isOn ? 1 - 1 / minutes : 1 / pauseMinutes);
    return isOn ? 30 : 0;
  };
}

const RHYTHMS: Readonly<Record<string, (seed: number) => Rate>> = {
  'an office: quiet nights and weekends': () => (at) => (isAtWork(at) ? 2 : 0.01),
  'an office that begins at another time each day': (seed) => (at) => {
    const begins = 8 + ((Math.floor(at / DAY) * 7919 + seed) % 60) / 60;
    return dayOf(at) < 5 && (at % DAY) / HOUR >= begins && hourOf(at) < 18 ? 2 : 0.01;
  },
  'registrations around the clock': () => () => 5,
  'a source that speaks once a day': () => () => 1 / (24 * 60),
  'a source that speaks once in three days': () => () => 1 / (72 * 60),
  'a source of a signal in ten minutes': () => () => 0.1,
  'nothing but attacks, for 20 minutes, some hours apart': (seed) => bursts(seed, 20, 300),
  'an office with attacks': (seed) => {
    const attacks = bursts(seed, 20, 300);
    return (at) => (isAtWork(at) ? 2 : 0.01) + attacks(at);
  },
  'nothing at all': () => () => 0,
};

describe('does not alarm within half a year of', () => {
  for (const [name, rhythm] of Object.entries(RHYTHMS)) {
    test(name, () => {
      for (const seed of [1, 2, 3]) {
        const bench = new Bench({}, seed);
        bench.pass(26 * WEEK, rhythm(seed));
        assert.deepEqual(bench.told, []);
      }
    });
  }
});

test('what attacks of hours alone bring, a day apart, is taken for a rhythm at most now and then', () => {
  for (const seed of [1, 2, 3]) {
    const bench = new Bench({}, seed);
    bench.pass(26 * WEEK, bursts(seed, 300, 1440));
    assert.ok(bench.told.length / 2 <= 3, `${bench.told.length / 2} alarms in half a year`);
  }
});

/** Learned for four weeks and then some, then cut off: minutes until that was told. */
function minutesUntilTold(rate: Rate, thenMs: number, seed: number): number {
  const bench = new Bench({}, seed);
  bench.pass(4 * WEEK + thenMs, rate);
  const cutAt = bench.at;
  assert.equal(bench.told.length, 0);
  bench.pass(3 * DAY, () => 0);
  return ((bench.told[0]?.at ?? Infinity) - cutAt) / MINUTE;
}

describe('alarms soon when cut off', () => {
  const office = RHYTHMS['an office: quiet nights and weekends']!(1);
  const clockwork = RHYTHMS['registrations around the clock']!(1);
  const sparse = RHYTHMS['a source of a signal in ten minutes']!(1);
  const cases: readonly [string, Rate, number, number, number][] = [
    ['registrations, at night', clockwork, 3 * HOUR, 15, 30],
    ['registrations, on a Sunday', clockwork, 6 * DAY, 15, 30],
    ['an office, on Monday morning', office, 10 * HOUR, 15, 30],
    ['an office in the evening: not before the next morning', office, 18 * HOUR, 14 * 60, 17 * 60],
    ['an office on Saturday: not before Sunday night', office, 5 * DAY + 10 * HOUR, 30 * 60, 49 * 60],
    ['a source of a signal in ten minutes: after hours', sparse, 10 * HOUR, 90, 5 * 60],
  ];
  for (const [name, rate, thenMs, least, most] of cases) {
    test(name, () => {
      for (const seed of [1, 2, 3]) {
        const minutes = minutesUntilTold(rate, thenMs, seed);
        assert.ok(minutes >= least && minutes <= most, `${minutes} minutes, expected ${least} to ${most}`);
      }
    });
  }

  test('once, with what is usual, and again when it speaks', () => {
    const bench = new Bench();
    bench.pass(4 * WEEK + DAY + 10 * HOUR, () => 5);
    bench.pass(2 * HOUR, () => 0);
    bench.pass(HOUR, () => 5);
    assert.deepEqual(
      bench.told.map(({ type }) => type),
      ['sensor_silent', 'sensor_resumed'],
    );
    const [silent, resumed] = bench.told.map(({ description }) => description);
    assert.match(
      silent ?? '',
      /^edge gave no signal for 2\dm; on Tuesdays at this hour it gives (29|30)\d an hour; nothing at all was read$/,
    );
    assert.equal(resumed, 'edge speaks again, after 2h1m');
    assert.equal(bench.watch.alarm, undefined);
  });

  test('with what is read meanwhile', () => {
    const bench = new Bench();
    bench.pass(4 * WEEK, () => 5);
    bench.missing = '/var/log/x.log does not exist';
    bench.lines += 40;
    bench.unrecognised += 40;
    bench.pass(HOUR, () => 0);
    assert.match(
      bench.told[0]?.description ?? '',
      /; \/var\/log\/x\.log does not exist; 40 lines were read, 40 of them not understood$/,
    );
  });
});

describe('does not take for the silence of a source', () => {
  const learned = () => {
    const bench = new Bench();
    bench.pass(4 * WEEK, () => 5);
    return bench;
  };

  test('the time before enough is known', () => {
    const bench = new Bench();
    bench.pass(2 * WEEK - 2 * HOUR, () => 5);
    bench.pass(HOUR, () => 0);
    assert.deepEqual(bench.told, []);
    assert.equal(bench.watch.usual(bench.at), undefined);
  });

  test('a machine that slept, or whose clock was set, in either direction', () => {
    for (const jump of [9 * HOUR, 40 * DAY, -9 * HOUR]) {
      const bench = learned();
      bench.at += jump;
      bench.pass(10 * MINUTE, () => 0);
      bench.pass(DAY, () => 5);
      assert.deepEqual(bench.told, []);
    }
  });

  test('its own restart, after which it is judged by what it knew', () => {
    const bench = learned();
    const kept = structuredClone(bench.watch.snapshot());
    bench.watch = new SourceSilence('edge', LIMITS);
    bench.watch.restore(kept);
    bench.at += 5 * HOUR;
    bench.signals = 0;
    bench.pass(10 * MINUTE, () => 0);
    assert.equal(bench.told.length, 0);
    bench.pass(HOUR, () => 0);
    assert.match(bench.told[0]?.description ?? '', /^edge gave no signal for 2\dm; on Mondays/);
  });

  test('a silence that was told before the restart', () => {
    const bench = learned();
    bench.pass(HOUR, () => 0);
    const kept = structuredClone(bench.watch.snapshot());
    bench.watch = new SourceSilence('edge', LIMITS);
    bench.watch.restore(kept);
    bench.signals = 0;
    bench.pass(5 * HOUR, () => 0);
    assert.equal(bench.told.length, 1, 'not a second time');
    bench.pass(5 * MINUTE, () => 5);
    assert.match(bench.told[1]?.description ?? '', /^edge speaks again, after 6h/);
  });

  test('a source that does not run', () => {
    const bench = learned();
    bench.works = false;
    bench.pass(DAY, () => 0);
    assert.deepEqual(bench.told, []);
  });
});

test('an outage hides neither the same hour of the next week nor other days', () => {
  const bench = new Bench();
  bench.pass(4 * WEEK + 10 * HOUR, () => 5);
  const cutAt: number[] = [];
  for (const laterMs of [WEEK, 2 * DAY, WEEK]) {
    cutAt.push(bench.at);
    bench.pass(3 * HOUR, () => 0);
    bench.pass(laterMs - 3 * HOUR, () => 5);
  }
  const silences = bench.told.filter(({ type }) => type === 'sensor_silent');
  const minutes = silences.map(({ at }, index) => (at - (cutAt[index] ?? 0)) / MINUTE);
  // The second comes in the hour of the week that was silent a week before: it may be a habit, and takes longer.
  for (const [index, most] of [30, 180, 60].entries()) assert.ok((minutes[index] ?? Infinity) <= most, `${minutes}`);
});

test('a source that has changed for good is learned anew', () => {
  const bench = new Bench();
  bench.pass(4 * WEEK, () => 5);
  bench.pass(26 * WEEK, () => 1 / (24 * 60));
  const late = bench.told.filter(({ type, at }) => type === 'sensor_silent' && at > MONDAY + 20 * WEEK);
  assert.deepEqual(late, []);
});

describe('a log that is not understood', () => {
  const feed = (bench: Bench, minutes: number, unreadShare: number) => {
    for (let i = 0; i < minutes; i++) {
      bench.lines += 10;
      bench.unrecognised += 10 * unreadShare;
      bench.pass(MINUTE, () => 0);
    }
  };

  test('is told of after an hour, without anything learned', () => {
    const bench = new Bench();
    feed(bench, 90, 1);
    assert.deepEqual(
      bench.told.map(({ description }) => description),
      ['edge: 610 of 610 lines were not understood and none became a signal; check its format'],
    );
    bench.pass(MINUTE, () => 5);
    assert.equal(bench.told[1]?.type, 'sensor_resumed');
  });

  test('is none where lines are understood and mean nothing', () => {
    const bench = new Bench();
    feed(bench, 300, 0.5);
    assert.deepEqual(bench.told, []);
  });
});

test('a file that is missing is told of after a while, and when it is back', () => {
  const bench = new Bench();
  bench.missing = '/var/log/x.log does not exist';
  bench.pass(11 * HOUR, () => 0);
  assert.deepEqual(bench.told, []);
  bench.pass(2 * HOUR, () => 0);
  bench.missing = undefined;
  bench.pass(HOUR, () => 0);
  assert.deepEqual(
    bench.told.map(({ description }) => description),
    ['edge: /var/log/x.log does not exist, for 12h', 'edge has its input again, after 13h'],
  );
});
