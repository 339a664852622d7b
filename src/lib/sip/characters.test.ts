import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  findLineEnd,
  isToken,
  lowerCase,
  parseCount,
  skipBlanks,
  skipQuoted,
  trimEnd,
  unquote,
  upperCase,
} from './characters.ts';

test('token characters are those of RFC 3261 section 25.1', () => {
  const tokens = [...Array(256).keys()].filter(isToken).map((byte) => String.fromCharCode(byte));
  assert.equal(tokens.join(''), "!%'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_`abcdefghijklmnopqrstuvwxyz~");
});

test('blanks are spaces and tabs', () => {
  assert.equal(skipBlanks(' \t x', 0), 3);
  assert.equal(skipBlanks('  ', 0), 2);
  assert.equal(trimEnd('ab \t', 0, 4), 2);
  assert.equal(trimEnd('   ', 1, 3), 1);
});

test('a quoted string ends at the first quote that no backslash precedes', () => {
  assert.equal(skipQuoted('"a"b', 0), 3);
  assert.equal(skipQuoted('"a\\"b"c', 0), 6);
  assert.equal(skipQuoted('"a\\\\"c', 0), 5);
  assert.equal(skipQuoted('"never', 0), -1);
  assert.equal(skipQuoted('"never\\"', 0), -1);
  assert.equal(unquote('"a\\"b\\\\c"'), 'a"b\\c');
  assert.equal(unquote('""'), '');
});

test('a count is digits alone, within its maximum', () => {
  const cases: readonly [string, number][] = [
    ['0', 0],
    ['00070', 70],
    ['255', 255],
    ['256', -1],
    ['', -1],
    ['-1', -1],
    ['1.0', -1],
    ['7 ', -1],
    ['99999999999999999999999', -1],
  ];
  for (const [text, expected] of cases) assert.equal(parseCount(text, 255), expected, JSON.stringify(text));
});

test('the end of a line is its line feed or the end', () => {
  assert.equal(findLineEnd(Buffer.from('ab\ncd'), 0), 2);
  assert.equal(findLineEnd(Buffer.from('ab\ncd'), 3), 5);
});

test('case is changed as everywhere else', () => {
  for (const text of ['', 'abc', 'ABC', 'a-Z', '1_[]{}', 'É', 'é', 'ß']) {
    assert.equal(lowerCase(text), text.toLowerCase());
    assert.equal(upperCase(text), text.toUpperCase());
  }
});
