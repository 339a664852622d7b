import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parsePeer } from './peer.ts';

describe('parsePeer', () => {
  for (const [text, address, port] of [
    ['192.0.2.1', '192.0.2.1', 0],
    ['192.0.2.1:5060', '192.0.2.1', 5060],
    ['192.0.2.1:0', '192.0.2.1', 0],
    ['[192.0.2.1]:61470', '192.0.2.1', 61470],
    ['[2001:db8::1]:65535', '2001:db8::1', 65535],
    ['[2001:db8::1]', '2001:db8::1', 0],
    ['2001:db8::1', '2001:db8::1', 0],
    ['::ffff:192.0.2.1', '192.0.2.1', 0],
    ['[fe80::1%eth0]:5060', 'fe80::1', 5060],
  ] as const) {
    it(`reads ${text}`, () => {
      const peer = parsePeer(text);
      assert.deepEqual([peer?.address.text, peer?.port], [address, port]);
    });
  }

  for (const text of [
    '',
    'example.com',
    '192.0.2.1:',
    '192.0.2.1:65536',
    '192.0.2.1:-1',
    '192.0.2.1:5060x',
    '192.0.2.1 ',
    ' 192.0.2.1',
    '192.0.2.1:5060:1',
    '192.0.2.01',
    '[2001:db8::1',
    '[2001:db8::1]x',
    '[2001:db8::1]:',
    '2001:db8::1]:5060',
    '1'.repeat(100),
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(parsePeer(text), undefined));
  }
});
