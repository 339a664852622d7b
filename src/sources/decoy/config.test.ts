import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decoyConfig } from './config.ts';

test('everything has a default: it listens on loopback only', () => {
  assert.deepEqual(decoyConfig.parse({ type: 'decoy' }), {
    type: 'decoy',
    listen: [{ host: '127.0.0.1', port: 5060 }],
    'user-agent': 'Asterisk PBX 20.11.1',
    realm: 'asterisk',
    'replies-per-second': 100,
    'max-connections': 256,
    'journal-segment-bytes': 8_388_608,
    'journal-segments': 8,
  });
});

test('addresses of both families', () => {
  const { listen } = decoyConfig.parse({ type: 'decoy', listen: ['0.0.0.0:5060', '[::]:5062'] });
  assert.deepEqual(listen, [
    { host: '0.0.0.0', port: 5060 },
    { host: '::', port: 5062 },
  ]);
});

test('what would break a reply, and unknown keys, are errors', () => {
  for (const section of [
    { 'user-agent': 'a\r\nX: y' },
    { 'user-agent': '' },
    { realm: 'a"b' },
    { realm: 'é' },
    { listen: [] },
    { listen: ['localhost:5060'] },
    { listen: ['127.0.0.1'] },
    { 'replies-per-second': 0 },
    { 'journal-segments': 1 },
    { port: 5060 },
  ]) {
    assert.equal(decoyConfig.safeParse({ type: 'decoy', ...section }).success, false, JSON.stringify(section));
  }
});
