import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Address } from './address.ts';
import { Network } from './network.ts';
import { NetworkSet } from './network-set.ts';

const network = (text: string) => Network.parse(text) ?? assert.fail(text);
const address = (text: string) => Address.parse(text) ?? assert.fail(text);

test('the longest network that holds an address is found', () => {
  const set = new NetworkSet<string>();
  for (const text of ['0.0.0.0/0', '10.0.0.0/8', '10.1.0.0/16', '10.1.2.3', '::/0', '2001:db8::/32'])
    set.set(network(text), text);
  for (const [ip, expected] of [
    ['10.1.2.3', '10.1.2.3'],
    ['10.1.2.4', '10.1.0.0/16'],
    ['::ffff:10.9.9.9', '10.0.0.0/8'],
    ['192.0.2.1', '0.0.0.0/0'],
    ['2001:db8::1', '2001:db8::/32'],
    ['fe80::1', '::/0'],
  ] as const) {
    assert.equal(set.match(address(ip))?.value, expected);
  }
});

test('sets, replaces, deletes and counts', () => {
  const set = new NetworkSet<number>();
  set.set(network('192.0.2.0/24'), 1);
  set.set(network('192.0.2.0/24'), 2);
  assert.deepEqual([set.size, set.get(network('192.0.2.0/24'))], [1, 2]);
  assert.equal(set.delete(network('192.0.2.0/25')), false);
  assert.equal(set.delete(network('192.0.2.0/24')), true);
  assert.deepEqual([set.size, set.match(address('192.0.2.1'))], [0, undefined]);
});

test('agrees with asking every network (property)', () => {
  const networks = fc.array(fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 20, max: 32 })), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(networks, fc.integer({ min: 0, max: 255 }), (entries, host) => {
      const set = new NetworkSet();
      const all = entries.map(([base, length]) => Network.of(Address.v4(0x0a000000 + base), length));
      for (const one of all) set.set(one, true);
      const ip = Address.v4(0x0a000000 + host);
      const longest = Math.max(-1, ...all.filter((one) => one.contains(ip)).map((one) => one.length));
      assert.equal(set.match(ip)?.network.length ?? -1, longest);
    }),
  );
});
