import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { cutText } from '../../lib/byte-text.ts';
import { Fields } from './fields.ts';

const COMMA = 44;
const bytesOf = (text: string) => Buffer.from(text).toString('latin1');
const base64 = (text: string) => `=${Buffer.from(text).toString('base64')}`;

/** A line of one text between two plain fields. */
function textOf(raw: string, maxUnits = 1024): string {
  const fields = new Fields({ count: 3, isText: (field) => field === 1, maxUnits });
  assert.equal(fields.split(`x,${raw},y`, 0, COMMA), 3);
  return fields.text(1);
}

describe('Fields: percent-encoding', () => {
  const table: readonly [string, string][] = [
    ['', ''],
    ['plain', 'plain'],
    ['sip%3A1001%40example.com', 'sip:1001@example.com'],
    ['%c3%Bc', 'ü'],
    ['%', '%'],
    ['%4', '%4'],
    ['%4x', '%4x'],
    ['%%41', '%A'],
    ['%u0041', '%u0041'],
    ['%ff', '\ufffd'],
    ['%2541', '%41'],
    ['a%00b', 'a\0b'],
    ['%2C', ','],
    ['\xc3%bc', 'ü'],
    ['a\xffb', 'a\ufffdb'],
    ['a=QQ', 'a=QQ'],
  ];
  for (const [raw, text] of table) it(JSON.stringify(raw), () => assert.equal(textOf(raw), text));
});

describe('Fields: base64', () => {
  const table: readonly [string, string][] = [
    ['=', ''],
    ['=QQ==', 'A'],
    ['=QQ', 'A'],
    ['=QUI=', 'AB'],
    ['=QUJD', 'ABC'],
    ['=w7w=', 'ü'],
    ['=/w==', '\ufffd'],
    ['=AA==', '\0'],
    ['=LCAK', ', \n'],
    // What comes after a character that is no base64 is not read.
    ['=<null>', ''],
    ['=QUJD!QUJD', 'ABC'],
    ['=QUI=QUJD', 'AB'],
    ['=Q', ''],
    ['=%41', ''],
  ];
  for (const [raw, text] of table) it(JSON.stringify(raw), () => assert.equal(textOf(raw), text));
});

describe('Fields: texts', () => {
  it('are what was encoded, up to their length, beside others', () => {
    const text = fc.string({ unit: 'binary', maxLength: 100 });
    fc.assert(
      fc.property(text, text, fc.integer({ min: 1, max: 200 }), (a, b, maxUnits) => {
        const fields = new Fields({ count: 4, isText: () => true, maxUnits });
        assert.equal(fields.split(`${encodeURIComponent(a)},${base64(b)},${base64(a)},`, 0, COMMA), 4);
        const cut = [a, b, a, ''].map((one) => cutText(one, maxUnits));
        assert.deepEqual(
          [0, 1, 2, 3].map((field) => fields.text(field)),
          cut,
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('are cut, however long', () => {
    for (const encode of [encodeURIComponent, base64, bytesOf]) {
      assert.equal(textOf(encode('a'.repeat(40_000))), 'a'.repeat(1024));
      assert.equal(textOf(encode('€'.repeat(10_000))), '€'.repeat(1024));
      assert.equal(textOf(encode(`${'€'.repeat(1023)}😀`)), '€'.repeat(1023));
    }
  });

  it('do not depend on the line before', () => {
    const fields = new Fields({ count: 3, isText: () => true, maxUnits: 1024 });
    fields.split('ü,bbbbbbbbbbbbbbbbbbbb,cc', 0, COMMA);
    assert.equal(fields.split('a', 0, COMMA), 1);
    assert.deepEqual(
      [0, 1, 2].map((field) => fields.text(field)),
      ['a', '', ''],
    );
  });
});

describe('Fields: splitting', () => {
  const fields = new Fields({ count: 3, isText: () => false, maxUnits: 1024 });
  const raw = (line: string) => [0, 1, 2].map((field) => line.slice(fields.start(field), fields.end(field)));

  it('counts fields, and refuses too many or a line that is too long', () => {
    const table: readonly [string, number][] = [
      ['', 1],
      ['a', 1],
      ['a,', 2],
      ['a,b,c', 3],
      [',,', 3],
      ['a,b,c,', -1],
      ['a,b,c,d', -1],
      ['x'.repeat(131_072), 1],
      ['x'.repeat(131_073), -1],
    ];
    for (const [line, count] of table) assert.equal(fields.split(line, 0, COMMA), count, line.slice(0, 20));
  });

  it('starts where it is told and takes the separator that it is told', () => {
    assert.equal(fields.split('head,a b', 5, 32), 2);
    assert.deepEqual(raw('head,a b'), ['a', 'b', '']);
  });

  it('reads plain decimal numbers', () => {
    const numbers = (line: string) => {
      fields.split(line, 0, COMMA);
      return [0, 1, 2].map((field) => fields.number(field, -7));
    };
    assert.deepEqual(numbers('0,007,999999999999'), [0, 7, 999_999_999_999]);
    assert.deepEqual(numbers('1000000000000,-1,1.5'), [-1, -1, -1]);
    assert.deepEqual(numbers(',x'), [-7, -1, -7]);
  });
});
