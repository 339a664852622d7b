import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Baseline, dayInWords, SLOT_MS } from './baseline.ts';

const HOUR = 3_600_000;
const WEEK = 168 * HOUR;
/** A Sunday, midnight. */
const SUNDAY = Date.UTC(2026, 0, 4);

/** Learns so many weeks; `signals` of each slot. */
function learned(weeks: number, signals: (localAt: number) => number): Baseline {
  const baseline = new Baseline();
  let isSilent = false;
  for (let localAt = SUNDAY; localAt < SUNDAY + weeks * WEEK; localAt += SLOT_MS) {
    const count = signals(localAt);
    baseline.note({ localAt, signals: count, afterSilence: isSilent });
    isSilent = count === 0;
  }
  return baseline;
}

describe('baseline', () => {
  test('knows nothing of hours it has not seen', () => {
    const baseline = new Baseline();
    assert.deepEqual(
      [baseline.chanceOfSilence(SUNDAY, false), baseline.usual(SUNDAY), baseline.hasHeard],
      [1, undefined, false],
    );
  });

  test('knows each hour of the week by itself, in signals an hour', () => {
    const baseline = learned(4, (at) => (Math.floor(at / HOUR) % 24 === 12 ? 10 : 1));
    assert.equal(Math.round(baseline.usual(SUNDAY + 12 * HOUR) ?? 0), 120);
    assert.equal(Math.round(baseline.usual(SUNDAY + 13 * HOUR) ?? 0), 12);
  });

  test('is as careful as the quietest of an hour and its neighbours', () => {
    const baseline = learned(4, (at) => (Math.floor(at / HOUR) % 24 === 12 ? 0 : 10));
    for (const hour of [11, 12, 13]) assert.ok(baseline.chanceOfSilence(SUNDAY + hour * HOUR, false) > 0.9);
    assert.ok(baseline.chanceOfSilence(SUNDAY + 14 * HOUR, false) < 0.05);
  });

  test('tells a silence that goes on from one that begins', () => {
    const baseline = learned(8, (at) => (Math.floor(at / SLOT_MS) % 10 < 5 ? 0 : 10));
    assert.ok(baseline.chanceOfSilence(SUNDAY, true) > baseline.chanceOfSilence(SUNDAY, false) + 0.2);
  });

  test('forgets what is long ago', () => {
    const baseline = learned(40, (at) => (at < SUNDAY + 20 * WEEK ? 100 : 1));
    assert.ok((baseline.usual(SUNDAY) ?? 0) < 60);
  });

  test('is kept as plain data', () => {
    const baseline = learned(2, () => 3);
    const other = new Baseline();
    other.restore(structuredClone(baseline.snapshot()));
    assert.deepEqual(
      [other.watchedMs, other.usual(SUNDAY), other.chanceOfSilence(SUNDAY, true), other.hasHeard],
      [2 * WEEK, baseline.usual(SUNDAY), baseline.chanceOfSilence(SUNDAY, true), true],
    );
  });
});

test('days are named from local time', () => {
  assert.deepEqual(
    [0, 24, 47, 6 * 24 + 23, -1].map((hours) => dayInWords(SUNDAY + hours * HOUR)),
    ['Sundays', 'Mondays', 'Mondays', 'Saturdays', 'Saturdays'],
  );
});
