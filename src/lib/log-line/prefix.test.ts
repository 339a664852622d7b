import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { LinePrefix, stripColours } from './prefix.ts';

const NOW = Date.UTC(2026, 6, 15, 12);

describe('LinePrefix', () => {
  it('knows of a long line that it may have been cut, if it was relayed', () => {
    const prefix = new LinePrefix(() => NOW);
    for (const [head, isCut] of [
      ['Jul  8 22:55:41 pbx asterisk[1]: ', true],
      ['[2026-02-13 17:21:54] ', false],
    ] as const) {
      prefix.read(`${head}x`);
      assert.deepEqual([prefix.mayBeCut(head.padEnd(1000)), prefix.mayBeCut(head.padEnd(1001))], [false, isCut]);
    }
  });
  for (const [line, program, rest, timed] of [
    ['Jul  8 22:55:41 pbx asterisk[112836]: NOTICE[1]: x', 'asterisk', 'NOTICE[1]: x', true],
    ['<133>Jul  8 22:55:41 pbx asterisk: NOTICE', 'asterisk', 'NOTICE', true],
    ['2026-07-08T22:55:41Z sbc.example /usr/sbin/kamailio[1]: ALERT: x', '/usr/sbin/kamailio', 'ALERT: x', true],
    ['pbx asterisk[1]: NOTICE', 'asterisk', 'NOTICE', false],
    ['[2026-02-13 17:21:54] NOTICE[1638] chan_sip.c: x', '', '[2026-02-13 17:21:54] NOTICE[1638] chan_sip.c: x', false],
    ['2026-02-13 17:21:54.1 99% [INFO] a.c:1 x', '', '99% [INFO] a.c:1 x', true],
    ['2026-07-08T22:55:41Z  0(1) ALERT: x', '', '0(1) ALERT: x', true],
    [' 0(1) ALERT: x', '', '0(1) ALERT: x', false],
    ['Call from: somebody', '', 'Call from: somebody', false],
    ['', '', '', false],
    ['<>', '', '<>', false],
  ] as const) {
    it(`finds what ${JSON.stringify(line)} says`, () => {
      const prefix = new LinePrefix(() => NOW);
      prefix.read(line);
      assert.equal(prefix.program, program);
      assert.equal(line.slice(prefix.body), rest);
      assert.equal(!Number.isNaN(prefix.at), timed);
      assert.equal(prefix.time, timed ? prefix.at : NOW);
    });
  }

  it('keeps the time it met first', () => {
    const prefix = new LinePrefix(() => NOW);
    const line = '2026-07-08T22:55:41Z pbx freeswitch[1]: 2026-01-01 00:00:00 x';
    prefix.read(line);
    prefix.readTime(line, prefix.body);
    assert.equal(prefix.at, Date.UTC(2026, 6, 8, 22, 55, 41));
    assert.equal(line.slice(prefix.body), 'x');
  });

  it('forgets the line before', () => {
    const prefix = new LinePrefix(() => NOW);
    prefix.read('Jul  8 22:55:41 pbx asterisk[112836]: x');
    prefix.read('y');
    assert.deepEqual([prefix.program, prefix.body, prefix.at], ['', 0, Number.NaN]);
  });
});

describe('stripColours', () => {
  for (const [line, plain] of [
    ['\x1b[1;32mNOTICE\x1b[0m[1]', 'NOTICE[1]'],
    ['plain', 'plain'],
    ['a\x1b', 'a'],
    ['a\x1b[', 'a'],
    ['a\x1b[12', 'a'],
    ['a\x1b[12\x1b[0mb', 'ab'],
  ] as const) {
    it(`makes ${JSON.stringify(line)} plain`, () => assert.equal(stripColours(line), plain));
  }

  it('only deletes, and leaves no escape', () => {
    const text = fc.string({ unit: fc.constantFrom('\x1b', '[', 'm', '3', ';', 'a', ' ') });
    fc.assert(
      fc.property(text, (line) => {
        const plain = stripColours(line);
        let at = 0;
        for (const char of plain) {
          at = line.indexOf(char, at) + 1;
          assert.ok(at > 0);
        }
        assert.ok(!plain.includes('\x1b'));
      }),
    );
  });
});
