import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Address } from './address.ts';
import { Network } from './network.ts';
import { isPrivate, isSpecial, touchesSpecial } from './special-networks.ts';

for (const [ip, special] of [
  ['10.1.2.3', true],
  ['172.16.0.1', true],
  ['172.32.0.1', false],
  ['192.168.255.255', true],
  ['100.64.0.1', true],
  ['127.0.0.1', true],
  ['0.0.0.0', true],
  ['255.255.255.255', true],
  ['239.1.1.1', true],
  ['203.0.113.7', true],
  ['8.8.8.8', false],
  ['1.2.3.251', false],
  ['::1', true],
  ['::ffff:10.0.0.1', true],
  ['::ffff:8.8.8.8', false],
  ['fe80::1', true],
  ['fd00::1', true],
  ['2001:db8::1', true],
  ['2a00:1450::1', false],
] as const) {
  test(`${ip} is ${special ? '' : 'not '}special`, () =>
    assert.equal(isSpecial(Address.parse(ip) ?? assert.fail(ip)), special));
}

test('a network is special as soon as a part of it is', () => {
  const touches = (text: string) => touchesSpecial(Network.parse(text) ?? assert.fail(text));
  assert.deepEqual(['192.168.7.0/24', '192.0.0.0/8', '0.0.0.0/0', '8.8.8.0/24'].map(touches), [
    true,
    true,
    true,
    false,
  ]);
});

test('private addresses are those of one network or host alone', () => {
  const found = ['10.1.2.3', '127.0.0.9', '172.31.0.1', '192.168.1.1', '::1', 'fd00::1'];
  const other = ['100.64.0.1', '172.32.0.1', '203.0.113.7', '8.8.8.8', '2001:db8::1', 'fe80::1'];
  for (const ip of [...found, ...other]) {
    assert.equal(isPrivate(Address.parse(ip) ?? assert.fail(ip)), found.includes(ip), ip);
  }
});
