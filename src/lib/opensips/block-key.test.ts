import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Address } from '../address.ts';
import { Flow } from '../flow.ts';
import { Network } from '../network.ts';
import { blockKey, blockTarget, isCounted } from './block-key.ts';

const network = (text: string): Network => {
  const parsed = Network.parse(text);
  assert.ok(parsed, text);
  return parsed;
};

describe('the key of a block', () => {
  for (const [text, key, counted] of [
    ['10.0.0.1', '0a000001', true],
    ['203.0.113.255', 'cb0071ff', true],
    ['::ffff:10.0.0.1', '0a000001', true],
    ['2001:db8:1:2::/64', '20010db800010002', true],
    ['10.0.0.0/8', '10.0.0.0/8', false],
    ['2001:db8::1', '2001:db8::1', false],
    ['2001:db8::/32', '2001:db8::/32', false],
  ] as const) {
    it(`of ${text} is ${key}`, () => {
      assert.equal(blockKey(network(text)), key);
      assert.equal(isCounted(network(text)), counted);
      assert.equal(blockTarget(key)?.text, network(text).text);
    });
  }

  it('of a flow is its text', () => {
    for (const text of ['udp:203.0.113.7:5071', 'tcp:[2001:db8::1]:5061']) {
      const flow = Flow.parse(text);
      assert.ok(flow);
      assert.deepEqual([blockKey(flow), isCounted(flow), blockTarget(text)?.text], [text, false, text]);
    }
  });

  it('leads back to the target, whatever it is', () => {
    const word = fc.nat({ max: 0xffffffff });
    const v4 = fc.tuple(word, fc.nat({ max: 32 })).map(([a, length]) => Network.of(Address.v4(a), length));
    const v6 = fc
      .tuple(word, word, word, word, fc.nat({ max: 128 }))
      .filter(([a]) => a > 0)
      .map(([a, b, c, d, length]) => Network.of(Address.v6(a, b, c, d), length));
    fc.assert(fc.property(fc.oneof(v4, v6), (target) => blockTarget(blockKey(target))?.text === target.text));
  });

  it('is told from other keys of the same memory', () => {
    for (const key of ['filled', '', '0a00000', '0A000001', 'x'.repeat(16)]) assert.equal(blockTarget(key), undefined);
  });
});
