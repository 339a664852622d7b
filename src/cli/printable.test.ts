import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { printable } from './printable.ts';

describe('printable', () => {
  for (const [name, text, shown] of [
    ['plain text', 'friendly-scanner 1.0', 'friendly-scanner 1.0'],
    ['letters of any script', 'Zoë 電話', 'Zoë 電話'],
    ['terminal escapes', '\x1b[2J\x1b]0;x\x07', '\\x1b[2J\\x1b]0;x\\x07'],
    ['line ends', 'a\r\nb', 'a\\x0d\\x0ab'],
    ['8-bit control sequences', '\u009b31m', '\\x9b31m'],
    ['right-to-left override', 'a\u202eb', 'a\\u{202e}b'],
    ['line separator', 'a\u2028b', 'a\\u{2028}b'],
    ['lone surrogate', '\ud800', '\\u{d800}'],
  ] as const) {
    it(name, () => assert.equal(printable(text), shown));
  }

  it('never lets a control character through', () =>
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !/\p{Cc}/u.test(printable(text)))));
});
