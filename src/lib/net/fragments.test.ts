import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Fragments } from './fragments.ts';
import { type IpPacket, parseIpPacket } from './ip-packet.ts';
import { type IpSketch, ipv4 } from './packets.testkit.ts';

const TEXT = Buffer.from('0123456789abcdefghijklmnopqrstuv-end');

function part(from: number, to: number, sketch: IpSketch = {}): IpPacket {
  const packet = parseIpPacket(ipv4(TEXT.subarray(from, to), { offset: from, more: to < TEXT.length, ...sketch }));
  assert.ok(packet !== undefined);
  return packet;
}

const PARTS = [part(0, 8), part(8, 16), part(16, 32), part(32, 36)];

describe('Fragments', () => {
  it('lets whole packets through', () => {
    const packet = parseIpPacket(ipv4(TEXT));
    assert.ok(packet !== undefined);
    assert.equal(new Fragments(1).add(packet, 0), packet);
  });

  it('puts parts together in whatever order they come, some of them twice', () => {
    const orders = fc.shuffledSubarray(PARTS, { minLength: 4 });
    fc.assert(
      fc.property(orders, fc.subarray(PARTS), (order, again) => {
        const fragments = new Fragments(10);
        const given = [...order.slice(0, 3), ...again.filter((one) => order.indexOf(one) < 3)];
        for (const one of given) assert.equal(fragments.add(one, 0), undefined);
        const whole = fragments.add(order[3] as IpPacket, 5);
        assert.deepEqual(
          [whole?.payload.toString(), whole?.fragment, whole?.protocol],
          [TEXT.toString(), undefined, 17],
        );
      }),
    );
  });

  it('keeps packets of other hosts and other numbers apart', () => {
    const fragments = new Fragments(10);
    assert.equal(fragments.add(part(0, 8), 0), undefined);
    assert.equal(fragments.add(part(8, 36, { id: 2 }), 0), undefined);
    assert.equal(fragments.add(part(8, 36, { from: '192.0.2.8' }), 0), undefined);
    assert.equal(fragments.add(part(8, 36), 0)?.payload.toString(), TEXT.toString());
  });

  for (const [what, parts] of [
    ['parts that overlap', [part(0, 16), part(8, 36)]],
    [
      'a part that says something else the second time',
      [part(0, 8), { ...part(0, 8), payload: Buffer.from('somebody') }],
    ],
    ['two ends', [part(16, 32, { more: false }), part(32, 36)]],
    ['a part behind the end', [part(8, 16, { more: false }), part(16, 32)]],
    ['a packet longer than any', [part(0, 8, { offset: 65_528, more: true }), part(8, 20, { offset: 65_528 })]],
    ['an empty part', [part(8, 8, { more: true })]],
  ] as const) {
    it(`gives up on ${what}`, () => {
      const fragments = new Fragments(10);
      for (const one of parts) assert.equal(fragments.add(one, 0), undefined);
      assert.ok(fragments.refused > 0);
    });
  }

  it('gives up on a packet in crumbs', () => {
    const fragments = new Fragments(10);
    const crumb = (offset: number) => ({ ...part(0, 8), fragment: { id: 1, offset, more: true } });
    for (let i = 0; i < 200; i++) fragments.add(crumb(i * 8), 0);
    assert.equal(fragments.refused, 1);
  });

  it('forgets what waits too long, and the oldest when there are too many', () => {
    const fragments = new Fragments(2);
    fragments.add(part(0, 8), 0);
    fragments.expire(31_000);
    assert.equal(fragments.add(part(8, 36), 31_001), undefined);
    for (const id of [2, 3, 4]) fragments.add(part(0, 8, { id }), 31_001);
    assert.equal(fragments.evicted, 2);
  });
});
