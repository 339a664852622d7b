import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { LogTime } from './log-time.ts';

const NOW = new Date(2026, 10, 23, 4, 0, 0).getTime();
const read = (line: string, now = NOW) => new LogTime(() => now).read(line);
const local = (...parts: [number, number, number, number, number, number]) => new Date(...parts).getTime();

describe('LogTime: syslog', () => {
  const table: readonly [string, number][] = [
    ['Nov 23 02:35:01 x', local(2026, 10, 23, 2, 35, 1)],
    ['Nov  3 02:35:01 x', local(2026, 10, 3, 2, 35, 1)],
    ['Nov 23 02:35:01.25 x', local(2026, 10, 23, 2, 35, 1) + 250],
    ['Nov 23 02:35:01.123456 x', local(2026, 10, 23, 2, 35, 1) + 123],
    ['Nov 24 03:59:59 x', local(2026, 10, 24, 3, 59, 59)],
    ['Nov 24 04:00:01 x', local(2025, 10, 24, 4, 0, 1)],
    ['Dec 31 23:59:59 x', local(2025, 11, 31, 23, 59, 59)],
    ['Feb 29 12:00:00 x', local(2024, 1, 29, 12, 0, 0)],
  ];
  for (const [line, at] of table) it(line, () => assert.equal(read(line), at));

  it('takes 1 January as next year, and 31 December as last year, around midnight', () => {
    assert.equal(read('Jan  1 00:00:01 x', local(2026, 11, 31, 23, 59, 59)), local(2027, 0, 1, 0, 0, 1));
    assert.equal(read('Dec 31 23:59:59 x', local(2027, 0, 1, 0, 0, 1)), local(2026, 11, 31, 23, 59, 59));
  });
});

describe('LogTime: ISO 8601', () => {
  const table: readonly [string, number][] = [
    ['2026-11-23T02:35:01Z x', Date.UTC(2026, 10, 23, 2, 35, 1)],
    ['2026-11-23T02:35:01.123456+00:00 x', Date.UTC(2026, 10, 23, 2, 35, 1, 123)],
    ['2026-11-23T02:35:01.5-0330 x', Date.UTC(2026, 10, 23, 6, 5, 1, 500)],
    ['2026-11-23T02:35:01+01:00 x', Date.UTC(2026, 10, 23, 1, 35, 1)],
    ['2026-11-23 02:35:01,042 x', local(2026, 10, 23, 2, 35, 1) + 42],
    ['2026-11-23T02:35:01 x', local(2026, 10, 23, 2, 35, 1)],
    ['2024-02-29T00:00:00Z x', Date.UTC(2024, 1, 29)],
  ];
  for (const [line, at] of table) it(line, () => assert.equal(read(line), at));
});

describe('LogTime: no time', () => {
  const lines = [
    '',
    'Nov 23 02:35:01',
    'Nov 23 02:35:01x',
    'Nov 23 02:35:01. x'.replace('. ', '.'),
    'Nov 31 02:35:01 x',
    'Nov 00 02:35:01 x',
    'nov 23 02:35:01 x',
    'Nev 23 02:35:01 x',
    'Nov 3 02:35:01 x',
    'Nov 23 24:35:01 x',
    ' Nov 23 02:35:01 x',
    '2026-11-23T02:35:01+1:00 x',
    '2026-11-23T02:35:01+ x',
    '2026-11-23T02:35:01Zx',
    '2026-02-29T00:00:00Z x',
    '2026-13-01T00:00:00Z x',
    '26-11-23T02:35:01Z x',
    '\0',
  ];
  for (const line of lines) {
    it(JSON.stringify(line), () => {
      const time = new LogTime(() => NOW);
      // Also right after a good line, whose parts are remembered.
      time.read('Nov 23 02:35:01 x');
      assert.equal(time.read(line), Number.NaN);
    });
  }

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (line) => typeof read(line) === 'number'));
  });
});

describe('LogTime: position', () => {
  it('is after the blank that follows the stamp', () => {
    const time = new LogTime(() => NOW);
    for (const stamp of ['Nov 23 02:35:01 ', '2026-11-23T02:35:01.123Z ', '2026-11-23T02:35:01+0100 ']) {
      time.read(`${stamp}rest`);
      assert.equal(time.end, stamp.length);
    }
  });

  it('reads mixed stamps as each alone', () => {
    const time = new LogTime(() => NOW);
    const stamp = fc.constantFrom(
      'Nov 23 02:35:01 ',
      'Nov 23 02:35:02.5 ',
      '2026-11-23T02:35:01Z ',
      '2026-11-23T02:35:01 ',
      '2026-11-23T02:35:01+02:00 ',
      'Nov 31 02:35:02 ',
    );
    fc.assert(fc.property(stamp, (text) => assert.equal(time.read(text), read(text))));
  });
});
