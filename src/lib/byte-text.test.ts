import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { cutText, decodeBase64, decodePercent, decodeUtf8, isAscii } from './byte-text.ts';

const bytesOf = (text: string) => Buffer.from(text).toString('latin1');
const percent = (raw: string, maxUnits = 1024) => decodePercent(raw, 0, raw.length, maxUnits);

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

describe('decodePercent', () => {
  const table: readonly [string, string][] = [
    ['', ''],
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
    ['\xc3%bc', 'ü'],
  ];
  for (const [raw, text] of table) {
    it(JSON.stringify(raw), () => assert.equal(percent(raw), text));
  }

  it('reads only its part of the text', () => {
    assert.equal(decodePercent('xx%41yy', 2, 5, 1024), 'A');
    assert.equal(decodePercent('xx%41yy', 2, 4, 1024), '%4');
    assert.equal(decodePercent('xx%41yy', 2, 3, 1024), '%');
  });

  it('undoes encodeURIComponent, up to the length asked for', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 100 }),
        fc.integer({ min: 1, max: 1024 }),
        (text, maxUnits) => {
          assert.equal(percent(encodeURIComponent(text), maxUnits), cutText(text, maxUnits));
        },
      ),
    );
  });

  it('cuts text far longer than its scratch space', () => {
    assert.equal(percent('%61'.repeat(100_000)), 'a'.repeat(1024));
    assert.equal(percent('%E2%82%AC'.repeat(100_000)), '€'.repeat(1024));
    assert.equal(percent(encodeURIComponent(`${'€'.repeat(1023)}😀`)), '€'.repeat(1023));
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

describe('isAscii', () => {
  it('is false from byte 128 on', () => {
    assert.equal(isAscii('\0\x7f'), true);
    assert.equal(isAscii('a\x80'), false);
    assert.equal(isAscii('\xff'), false);
  });
});

describe('decodeBase64', () => {
  it('gives the UTF-8 text of the bytes, invalid ones as U+FFFD', () => {
    for (const [encoded, text] of [
      ['', ''],
      ['QQ==', 'A'],
      ['QQ', 'A'],
      ['w7w=', 'ü'],
      ['/w==', '\ufffd'],
      ['AAo=', '\0\n'],
    ] as const) {
      assert.equal(decodeBase64(`xx${encoded}yy`, 2, 2 + encoded.length, 100), text);
    }
  });

  it('is at most as long as asked', () => {
    const encoded = Buffer.from('😀'.repeat(5000)).toString('base64');
    assert.equal(decodeBase64(encoded, 0, encoded.length, 11), '😀'.repeat(5));
  });
});
