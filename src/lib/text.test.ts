import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeText, decodeUtf8, excerpt, MAX_TEXT } from './text.ts';

test('UTF-8 is decoded, invalid bytes become U+FFFD', () => {
  const bytes = Buffer.from([0x61, 0xc3, 0xa9, 0xff, 0xf0, 0x9f, 0x98, 0x80, 0x00, 0x62]);
  assert.equal(decodeText(bytes, 0, bytes.length), 'aé\ufffd😀\0b');
  assert.equal(decodeUtf8(bytes, 1, 3), 'é');
});

test('text is cut at MAX_TEXT, however many bytes a character takes', () => {
  for (const char of ['a', 'é', '€', '😀', '\ufffd']) {
    const bytes = Buffer.from(char.repeat(4000));
    const text = decodeText(bytes, 0, bytes.length);
    assert.equal(text, char.repeat(MAX_TEXT / char.length), char);
  }
});

test('half a surrogate pair at the cut becomes U+FFFD, never a lone surrogate', () => {
  const text = decodeText(Buffer.from(`a${'😀'.repeat(1000)}`), 0, 5000);
  assert.equal(text.length, MAX_TEXT);
  assert.ok(text.isWellFormed());
});

test('an excerpt is bounded', () => {
  assert.equal(excerpt('abcdef', 2, 4), 'cd');
  assert.equal(excerpt('x'.repeat(5000), 10, 4000).length, MAX_TEXT);
  assert.equal(excerpt(`${'x'.repeat(5000)}tail`, 5000, 5004), 'tail');
});
