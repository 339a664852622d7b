import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { findIpPacket, isKnownLinkType } from './link-layer.ts';
import { ethernet, ipv4, ipv6, udp } from './packets.testkit.ts';

const V4 = ipv4(udp('x'));
const V6 = ipv6(udp('x'));
const cooked = (type: number) => Buffer.concat([Buffer.alloc(14), Buffer.from([type >> 8, type & 255]), V4]);
const cooked2 = (type: number) => Buffer.concat([Buffer.from([type >> 8, type & 255]), Buffer.alloc(18), V4]);
const pppoe = Buffer.concat([Buffer.alloc(12), Buffer.from('88641100000100200021', 'hex'), V4]);

describe('findIpPacket', () => {
  for (const [what, linkType, bytes, start] of [
    ['Ethernet', 1, ethernet(V4), 14],
    ['Ethernet, IPv6', 1, ethernet(V6), 14],
    ['a VLAN', 1, ethernet(V4, [0x8100]), 18],
    ['stacked VLANs', 1, ethernet(V6, [0x88a8, 0x8100]), 22],
    ['more VLANs than anybody stacks', 1, ethernet(V4, new Array(6).fill(0x8100)), -1],
    ['PPPoE', 1, pppoe, 22],
    ['ARP', 1, Buffer.concat([Buffer.alloc(12), Buffer.from('0806', 'hex'), Buffer.alloc(28)]), -1],
    ['a frame that ends in its header', 1, Buffer.alloc(10), -1],
    ['a VLAN tag that ends the frame', 1, Buffer.concat([Buffer.alloc(12), Buffer.from('8100', 'hex')]), -1],
    ['Linux cooked', 113, cooked(0x0800), 16],
    ['Linux cooked, version 2', 276, cooked2(0x0800), 20],
    ['Linux cooked, version 2, ARP', 276, cooked2(0x0806), -1],
    ['raw IP', 101, V4, 0],
    ['raw IP as BSD numbers it', 12, V4, 0],
    ['raw IPv6', 229, V6, 0],
    ['loopback', 0, Buffer.concat([Buffer.alloc(4), V4]), 4],
    ['a link type nobody speaks SIP on', 147, V4, -1],
  ] as const) {
    it(`in ${what}`, () => assert.equal(findIpPacket(bytes, linkType), start));
  }

  it('never looks beyond a frame', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 64 }),
        fc.constantFrom(0, 1, 12, 101, 108, 113, 228, 229, 276),
        (bytes, type) => {
          assert.ok(findIpPacket(Buffer.from(bytes), type) <= bytes.length);
        },
      ),
    );
  });

  it('knows which link types it knows', () => {
    assert.deepEqual([0, 1, 12, 14, 101, 108, 113, 228, 229, 276, 105, 147].map(isKnownLinkType), [
      ...new Array(10).fill(true),
      false,
      false,
    ]);
  });
});
