import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseNumber } from './number.ts';

describe('parseNumber', () => {
  const whole: readonly [string, number][] = [
    ['0', 0],
    ['007', 7],
    ['999999999999', 999_999_999_999],
    ['', -1],
    ['1000000000000', -1],
    ['-1', -1],
    ['+1', -1],
    ['1.5', -1],
    ['1e3', -1],
    ['0x1', -1],
    [' 1', -1],
    ['\u0661', -1],
  ];
  for (const [text, value] of whole) {
    it(JSON.stringify(text), () => assert.equal(parseNumber(text, 0, text.length), value));
  }

  it('reads only its part of the text, and nothing past its end', () => {
    assert.equal(parseNumber('a123b', 1, 4), 123);
    assert.equal(parseNumber('a123b', 2, 3), 2);
    assert.equal(parseNumber('a123b', 3, 2), -1);
    assert.equal(parseNumber('123', 0, 5), -1);
  });

  it('reads back what String writes', () => {
    fc.assert(
      fc.property(fc.nat(), (value) => assert.equal(parseNumber(`x${value},`, 1, `${value}`.length + 1), value)),
    );
  });
});
