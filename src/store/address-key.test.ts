import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Address } from '../lib/address.ts';
import { Network } from '../lib/network.ts';
import { addressKey, enclosing, keyOf, networkKeys } from './address-key.ts';

const network = (text: string) => {
  const parsed = Network.parse(text);
  assert.ok(parsed, text);
  return parsed;
};
const word = fc.nat(0xffffffff);
const anyAddress = fc.oneof(
  word.map((value) => Address.v4(value)),
  // 2000::/3, where addresses are given out.
  fc.tuple(word, word, word, word).map(([a, b, c, d]) => Address.v6(0x20000000 | (a >>> 3), b, c, d)),
);

test('a key is 16 bytes in network order, IPv4 as a mapped address', () => {
  assert.equal(keyOf('203.0.113.7')?.toString('hex'), '00000000000000000000ffffcb007107');
  assert.equal(keyOf('::ffff:203.0.113.7')?.toString('hex'), '00000000000000000000ffffcb007107');
  assert.equal(keyOf('2001:db8::1')?.toString('hex'), '20010db8000000000000000000000001');
  assert.equal(keyOf('203.0.113.0/24')?.toString('hex'), '00000000000000000000ffffcb007100');
  assert.equal(keyOf(''), undefined);
  assert.equal(keyOf('1001@example.com'), undefined);
});

test('the range of a network', () => {
  const cases = [
    ['203.0.113.0/24', 'ffffcb007100', 'ffffcb0071ff'],
    ['203.0.113.7', 'ffffcb007107', 'ffffcb007107'],
    ['0.0.0.0/0', 'ffff00000000', 'ffffffffffff'],
    ['203.0.112.0/21', 'ffffcb007000', 'ffffcb0077ff'],
  ] as const;
  for (const [text, first, last] of cases) {
    const keys = networkKeys(network(text)).map((key) => key.toString('hex'));
    assert.deepEqual(keys, [first.padStart(32, '0'), last.padStart(32, '0')], text);
  }
  const [first, last] = networkKeys(network('2001:db8::/33'));
  assert.equal(first.toString('hex'), '20010db8000000000000000000000000');
  assert.equal(last.toString('hex'), '20010db87fffffffffffffffffffffff');
});

test('an address is in the range of a network exactly if it is in the network', () => {
  fc.assert(
    fc.property(anyAddress, anyAddress, fc.nat(128), (one, other, bits) => {
      const range = Network.of(one, Math.min(bits, one.family === 4 ? 32 : 128));
      const [first, last] = networkKeys(range);
      for (const address of [one, other]) {
        const key = addressKey(address);
        const inRange = first.compare(key) <= 0 && key.compare(last) <= 0;
        assert.equal(inRange, range.contains(address), `${address} in ${range}`);
      }
    }),
  );
});

test('the networks around a network, from the widest to itself', () => {
  const around = enclosing(network('203.0.113.0/24'));
  assert.equal(around.length, 25);
  assert.deepEqual([around[0], around[8], around[24]], ['0.0.0.0/0', '203.0.0.0/8', '203.0.113.0/24']);
  assert.equal(enclosing(network('2001:db8::1')).length, 129);
  assert.equal(enclosing(network('2001:db8::1')).at(-1), '2001:db8::1');
});
