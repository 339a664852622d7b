import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cutText, decodeUtf8 } from './byte-text.ts';

const bytesOf = (text: string) => Buffer.from(text).toString('latin1');

describe('decodeUtf8', () => {
  const table: readonly [string, string][] = [
    ['', ''],
    ['plain', 'plain'],
    [bytesOf('Zürich 😀'), 'Zürich 😀'],
    ['a\xffb', 'a\ufffdb'],
    ['\xc3', '\ufffd'],
    ['\xed\xa0\x80', '\ufffd\ufffd\ufffd'],
    [bytesOf('\ufeffx'), '\ufeffx'],
    ['a\0b', 'a\0b'],
  ];
  for (const [raw, text] of table) {
    it(JSON.stringify(raw), () => assert.equal(decodeUtf8(raw, 1024), text));
  }

  it('is at most as long as asked', () => {
    assert.equal(decodeUtf8(bytesOf(`${'€'.repeat(9)}😀`), 10), '€'.repeat(9));
    assert.equal(decodeUtf8(bytesOf('ü'.repeat(50)), 10), 'ü'.repeat(10));
    assert.equal(decodeUtf8('a'.repeat(50), 10), 'a'.repeat(10));
    assert.equal(decodeUtf8(bytesOf('€'.repeat(50)), 10), '€'.repeat(10));
  });
});

describe('cutText', () => {
  it('never leaves half a surrogate pair', () => {
    assert.equal(cutText('a😀b', 1), 'a');
    assert.equal(cutText('a😀b', 2), 'a');
    assert.equal(cutText('a😀b', 3), 'a😀');
    assert.equal(cutText('a😀b', 4), 'a😀b');
  });
});
