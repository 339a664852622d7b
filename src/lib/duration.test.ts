import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { assertLinear } from '../../test/support/linear-time.ts';
import { DURATION_PATTERN, formatDuration, MAX_DURATION_MS, parseDuration, roughDuration } from './duration.ts';

describe('parseDuration', () => {
  for (const [text, ms] of [
    ['30s', 30_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['7d', 604_800_000],
    ['2w', 1_209_600_000],
    ['1h30m', 5_400_000],
    ['250ms', 250],
    ['1m500ms', 60_500],
    ['0', 0],
    ['0s', 0],
    ['36500d', MAX_DURATION_MS],
  ] as const) {
    it(`reads ${text}`, () => assert.equal(parseDuration(text), ms));
  }

  for (const text of [
    '',
    '5',
    '-1',
    '-1h',
    '1.5h',
    '5 m',
    ' 5m',
    '5m ',
    '5M',
    'h',
    '1h1h',
    '30m1h',
    '1y',
    '5minutes',
    '36501d',
    '99999999999999999s',
    '１h',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseDuration(text), undefined));
  }

  it('agrees with the pattern editors get', () => {
    for (const text of ['0', '5m', '1h30m']) assert.match(text, new RegExp(DURATION_PATTERN));
    for (const text of ['5', '-1', '5 m', '']) assert.doesNotMatch(text, new RegExp(DURATION_PATTERN));
  });

  it('takes linear time for hostile text', () => {
    for (const unit of ['1', '1h']) {
      assertLinear(
        unit,
        (length) => unit.repeat(length),
        (text) => assert.equal(parseDuration(text), undefined),
      );
    }
  });
});

describe('formatDuration', () => {
  for (const [ms, text] of [
    [0, '0'],
    [1, '1ms'],
    [90_000, '1m30s'],
    [86_400_000, '1d'],
    [8 * 86_400_000, '8d'],
    [14 * 86_400_000, '2w'],
  ] as const) {
    it(`writes ${ms} ms as ${text}`, () => assert.equal(formatDuration(ms), text));
  }

  it('is read back to the same value', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MAX_DURATION_MS }), (ms) => parseDuration(formatDuration(ms)) === ms),
    );
  });

  it('refuses what is no span', () => {
    for (const ms of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => formatDuration(ms), /whole milliseconds from 0/);
    }
  });
});

describe('roughDuration', () => {
  for (const [ms, text] of [
    [999, '999ms'],
    [59_999, '59s'],
    [3_600_000 * 3 + 60_000 * 12 + 59_000, '3h12m'],
    [86_400_000 * 14, '14d'],
    [86_400_000 * 400 + 1, '400d'],
    [-5, '0ms'],
  ] as const) {
    it(`writes ${ms} ms as ${text}`, () => assert.equal(roughDuration(ms), text));
  }
});
