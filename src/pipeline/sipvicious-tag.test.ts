import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeSipviciousTag } from './sipvicious-tag.ts';

const hex = (text: string) => Buffer.from(text, 'latin1').toString('hex');

test('a SIPVicious tag tells what was scanned', () => {
  assert.equal(decodeSipviciousTag(hex('7f00000113c4\x013483209')), '7f00000113c4');
  for (const tag of [
    '',
    'zz',
    '00',
    hex('\x011'),
    hex('a\x01'),
    hex('a\x0112'),
    `${hex('a\x011234567')}0`,
    'AB'.repeat(20),
  ]) {
    assert.equal(decodeSipviciousTag(tag), undefined, tag);
  }
});
