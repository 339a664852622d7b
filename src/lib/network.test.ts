import assert from 'node:assert/strict';
import { BlockList } from 'node:net';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Address } from './address.ts';
import { Network } from './network.ts';

const network = (text: string) => Network.parse(text)!;
const address = (text: string) => Address.parse(text)!;
const word = fc.integer({ min: 0, max: 0xffffffff });

describe('Network.parse', () => {
  const table: readonly [string, string | undefined][] = [
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1/32', '192.0.2.1'],
    ['192.0.2.0/24', '192.0.2.0/24'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['128.0.0.0/1', '128.0.0.0/1'],
    ['2001:db8::/32', '2001:db8::/32'],
    ['2001:DB8:0::1/128', '2001:db8::1'],
    ['::/0', '::/0'],
    ['2001:db8:0:1::/64', '2001:db8:0:1::/64'],
    ['::ffff:192.0.2.0/120', '192.0.2.0/24'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1/128', '192.0.2.1'],
    ['[2001:db8::]/32', '2001:db8::/32'],
    // Host bits are set: what was meant is not known.
    ['192.0.2.1/24', undefined],
    ['2001:db8::1/64', undefined],
    ['128.0.0.0/0', undefined],
    ['192.0.2.0/33', undefined],
    ['2001:db8::/129', undefined],
    ['192.0.2.0/', undefined],
    ['192.0.2.0/-1', undefined],
    ['192.0.2.0/2 4', undefined],
    ['192.0.2.0/24/24', undefined],
    ['192.0.2.0/255.255.255.0', undefined],
    ['192.0.2/24', undefined],
    ['::ffff:192.0.2.0/24', undefined],
    ['/24', undefined],
    ['', undefined],
    ['example.com/24', undefined],
  ];
  for (const [text, expected] of table)
    it(`${text} is ${expected}`, () => assert.equal(Network.parse(text)?.text, expected));
});

describe('Network.of', () => {
  it('clears the host bits', () => {
    assert.equal(Network.of(address('192.0.2.129'), 25).text, '192.0.2.128/25');
    assert.equal(Network.of(address('2001:db8:1:2:3:4:5:6'), 48).text, '2001:db8:1::/48');
    assert.equal(Network.of(address('2001:db8:1:2:ffff:4:5:6'), 65).text, '2001:db8:1:2:8000::/65');
    assert.equal(Network.of(address('2001:db8::6'), 127).text, '2001:db8::6/127');
  });

  it('refuses lengths that there are not', () => {
    for (const length of [-1, 33, 1.5, Number.NaN])
      assert.throws(() => Network.of(address('192.0.2.1'), length), RangeError);
    assert.throws(() => Network.of(address('::1'), 129), /prefix length 0 to 128/);
  });

  it('counts IPv4 singly and IPv6 by /64', () => {
    assert.equal(Network.counted(address('192.0.2.1')).text, '192.0.2.1');
    assert.equal(Network.counted(address('2001:db8::1')).text, '2001:db8::/64');
    assert.equal(Network.single(address('2001:db8::1')).isSingle, true);
    assert.equal(Network.counted(address('2001:db8::1')).isSingle, false);
  });
});

describe('Network: what is in it', () => {
  const table: readonly [string, string, boolean][] = [
    ['192.0.2.0/24', '192.0.2.0', true],
    ['192.0.2.0/24', '192.0.2.255', true],
    ['192.0.2.0/24', '192.0.3.0', false],
    ['192.0.2.0/24', '::ffff:192.0.2.5', true],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['0.0.0.0/0', '::1', false],
    ['::/0', '192.0.2.1', false],
    ['2001:db8::/33', '2001:db8:7fff::', true],
    ['2001:db8::/33', '2001:db8:8000::', false],
    ['2001:db8::6/127', '2001:db8::7', true],
    ['2001:db8::6/127', '2001:db8::8', false],
  ];
  for (const [range, inside, expected] of table) {
    it(`${inside} is ${expected ? '' : 'not '}in ${range}`, () => {
      assert.equal(network(range).contains(address(inside)), expected);
    });
  }

  it('agrees with node:net', () => {
    fc.assert(
      fc.property(word, word, fc.nat({ max: 32 }), (a, b, length) => {
        const range = Network.of(Address.v4(a), length);
        const list = new BlockList();
        list.addSubnet(range.base.text, length, 'ipv4');
        for (const value of [b, a, (a ^ 1) >>> 0, (a ^ (1 << (31 - (length % 32)))) >>> 0]) {
          assert.equal(range.contains(Address.v4(value)), list.check(Address.v4(value).text, 'ipv4'));
        }
      }),
    );
    fc.assert(
      fc.property(word, word, fc.nat({ max: 128 }), fc.nat({ max: 127 }), (a, b, length, bit) => {
        const words: [number, number, number, number] = [0x20010db8, a, b, a];
        const range = Network.of(Address.v6(...words), length);
        const list = new BlockList();
        list.addSubnet(range.base.text, length, 'ipv6');
        const flipped = words.map((value, i) => (i === bit >> 5 ? (value ^ (1 << (31 - (bit & 31)))) >>> 0 : value));
        const other = Address.v6(...(flipped as typeof words));
        assert.equal(range.contains(other), list.check(other.text, 'ipv6'));
      }),
    );
  });

  const overlaps: readonly [string, string, boolean][] = [
    ['192.0.2.0/24', '192.0.2.128/25', true],
    ['192.0.2.0/25', '192.0.2.128/25', false],
    ['192.0.2.1', '192.0.2.0/24', true],
    ['192.0.2.1', '192.0.2.2', false],
    ['0.0.0.0/0', '::/0', false],
    ['2001:db8::/32', '2001:db8:ffff::/48', true],
  ];
  for (const [a, b, expected] of overlaps) {
    it(`${a} and ${b} ${expected ? '' : 'do not '}overlap`, () => {
      assert.equal(network(a).overlaps(network(b)), expected);
      assert.equal(network(b).overlaps(network(a)), expected);
    });
  }
});

describe('Network: text', () => {
  it('is read back as the same network', () => {
    fc.assert(
      fc.property(word, word, word, word, fc.nat({ max: 128 }), (a, b, c, d, length) => {
        for (const range of [Network.of(Address.v4(d), length % 33), Network.of(Address.v6(a | 1, b, c, d), length)]) {
          const back = network(range.text);
          assert.deepEqual([back.text, back.length, back.family], [range.text, range.length, range.family]);
        }
      }),
    );
  });

  it('is what JSON and templates show', () => {
    assert.equal(JSON.stringify([network('192.0.2.0/24')]), '["192.0.2.0/24"]');
    assert.equal(`${network('192.0.2.1/32')}`, '192.0.2.1');
  });
});
