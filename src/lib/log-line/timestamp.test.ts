import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Timestamp } from './timestamp.ts';

const NOW = new Date(2026, 6, 15, 12).getTime();

function read(line: string, at = 0, now = NOW): { readonly end: number; readonly ms: number } {
  const timestamp = new Timestamp(() => now);
  const end = timestamp.read(line, at);
  return { end, ms: timestamp.ms };
}

describe('Timestamp', () => {
  const local = (...parts: [number, number, number, number, number, number, number?]) => new Date(...parts).getTime();
  for (const [text, ms] of [
    ['2026-02-13 17:21:54', local(2026, 1, 13, 17, 21, 54)],
    ['2026-02-13T17:21:54.25', local(2026, 1, 13, 17, 21, 54, 250)],
    ['2026-02-13 17:21:54,123999', local(2026, 1, 13, 17, 21, 54, 123)],
    ['2026-02-13T17:21:54Z', Date.UTC(2026, 1, 13, 17, 21, 54)],
    ['2026-02-13T17:21:54.001+02:00', Date.UTC(2026, 1, 13, 15, 21, 54, 1)],
    ['2026-02-13 17:21:54-0530', Date.UTC(2026, 1, 13, 22, 51, 54)],
    ['07-08 22:55:41.5', local(2026, 6, 8, 22, 55, 41, 500)],
    ['Jul  8 22:55:41', local(2026, 6, 8, 22, 55, 41)],
    ['Jul 8 22:55:41', local(2026, 6, 8, 22, 55, 41)],
    ['Jul 08 22:55:41', local(2026, 6, 8, 22, 55, 41)],
    ['Jul 16 11:59:59', local(2026, 6, 16, 11, 59, 59)],
    ['Jul 16 12:00:01', local(2025, 6, 16, 12, 0, 1)],
    ['Dec 31 23:59:59', local(2025, 11, 31, 23, 59, 59)],
    ['Feb 29 10:00:00', local(2024, 1, 29, 10, 0, 0)],
    ['2026-12-31 23:59:60', local(2027, 0, 1, 0, 0, 0)],
  ] as const) {
    it(`reads ${text}`, () => {
      assert.deepEqual(read(text), { end: text.length, ms });
      assert.deepEqual(read(`[${text}] x`, 1), { end: text.length + 1, ms });
    });
  }

  for (const text of [
    '',
    '2026-13-13 17:21:54',
    '2026-02-13 24:21:54',
    '2026-02-13x17:21:54',
    '2026-02-13',
    '2026-02-29 17:21:54',
    'Feb 30 17:21:54',
    '1969-02-13 17:21:54',
    'Jux  8 22:55:41',
    'anF  8 22:55:41',
    'Jul  8 22:5x:41',
    'Jul 88 22:55:41',
    '07-08T22:55:41',
    'hello world',
    'Nov 31 02:35:01',
    'Nov 00 02:35:01',
    'nov 23 02:35:01',
    ' Nov 23 02:35:01',
    '26-11-23T02:35:01Z',
    '\0',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(read(text).end, -1));
  }

  it('reads one line after the other, whatever forms they have', () => {
    const forms = ['2026-02-13 17:21:54', '2026-02-13T17:21:54Z', 'Feb 13 17:21:54', '02-13 17:21:54'];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...forms, 'nonsense', '2026-02-14 17:21:54.5')), (lines) => {
        const reused = new Timestamp(() => NOW);
        for (const line of lines) {
          const { end, ms } = read(line);
          assert.equal(reused.read(line, 0), end);
          if (end > 0) assert.equal(reused.ms, ms);
        }
      }),
    );
  });

  it('knows the year of a day in each time zone it may be read in', () => {
    const newYear = new Date(2026, 0, 1, 0, 30).getTime();
    assert.equal(read('Dec 31 23:59:59', 0, newYear).ms, new Date(2025, 11, 31, 23, 59, 59).getTime());
    assert.equal(read('Jan  1 00:00:00', 0, newYear).ms, new Date(2026, 0, 1).getTime());
    const lastDay = new Date(2025, 11, 31, 23, 59, 59).getTime();
    assert.equal(read('Jan  1 00:00:01', 0, lastDay).ms, new Date(2026, 0, 1, 0, 0, 1).getTime());
  });
});
