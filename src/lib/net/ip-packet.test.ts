import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseIpPacket } from './ip-packet.ts';
import { ipv4, ipv6, ipv6Fragment, udp } from './packets.testkit.ts';

function summary(bytes: Buffer) {
  const packet = parseIpPacket(bytes);
  if (packet === undefined) return undefined;
  const { source, destination, protocol, payload, fragment } = packet;
  return { from: source.text, to: destination.text, protocol, payload: payload.toString('latin1'), fragment };
}

const PART = Buffer.from('12345678');

describe('parseIpPacket', () => {
  it('reads IPv4', () => {
    assert.deepEqual(summary(ipv4(PART, { protocol: 6 })), {
      from: '192.0.2.7',
      to: '192.0.2.1',
      protocol: 6,
      payload: '12345678',
      fragment: undefined,
    });
  });

  it('skips IPv4 options', () => {
    const plain = ipv4(PART);
    const withOptions = Buffer.concat([plain.subarray(0, 20), Buffer.from('01010100', 'hex'), PART]);
    withOptions[0] = 0x46;
    withOptions.writeUInt16BE(32, 2);
    assert.equal(summary(withOptions)?.payload, '12345678');
  });

  it('leaves out the padding of the link', () => {
    assert.equal(summary(Buffer.concat([ipv4(PART), Buffer.alloc(6)]))?.payload, '12345678');
    assert.equal(summary(Buffer.concat([ipv6(PART), Buffer.alloc(6)]))?.payload, '12345678');
  });

  it('takes all there is when the network card was to fill in the length', () => {
    const packet = ipv4(PART);
    packet.writeUInt16BE(0, 2);
    assert.equal(summary(packet)?.payload, '12345678');
  });

  it('gives what a capture kept of a longer packet', () => {
    assert.equal(summary(ipv4(PART).subarray(0, 25))?.payload, '12345');
  });

  it('reads fragments of IPv4', () => {
    assert.deepEqual(summary(ipv4(PART, { id: 7, offset: 16, more: true }))?.fragment, {
      id: 7,
      offset: 16,
      more: true,
    });
    assert.deepEqual(summary(ipv4(PART, { id: 7, offset: 16 }))?.fragment, { id: 7, offset: 16, more: false });
  });

  it('reads IPv6, and behind its extension headers', () => {
    assert.deepEqual(summary(ipv6(PART)), {
      from: '2001:db8::7',
      to: '2001:db8::1',
      protocol: 17,
      payload: '12345678',
      fragment: undefined,
    });
    const hopByHop = Buffer.concat([Buffer.from([60, 0, 0, 0, 0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 0]), PART]);
    assert.deepEqual(
      [summary(ipv6(hopByHop, { protocol: 0 }))?.protocol, summary(ipv6(hopByHop, { protocol: 0 }))?.payload],
      [17, '12345678'],
    );
  });

  it('reads fragments of IPv6', () => {
    const packet = ipv6(ipv6Fragment(PART, { id: 9, offset: 8, more: true }), { protocol: 44 });
    const { fragment, protocol, payload } = summary(packet) ?? {};
    assert.deepEqual(
      { fragment, protocol, payload },
      {
        fragment: { id: 9, offset: 8, more: true },
        protocol: 17,
        payload: '12345678',
      },
    );
  });

  it('takes a mapped address for what it stands for', () => {
    assert.equal(summary(ipv6(PART, { from: '64:ff9b::1' }))?.from, '64:ff9b::1');
  });

  for (const [what, bytes] of [
    ['nothing', Buffer.alloc(0)],
    ['half a header', ipv4(PART).subarray(0, 19)],
    ['half a header of IPv6', ipv6(PART).subarray(0, 39)],
    ['another version', Buffer.alloc(60, 0x50)],
    ['a header shorter than a header', Buffer.concat([Buffer.from([0x44]), ipv4(PART).subarray(1)])],
  ] as const) {
    it(`refuses ${what}`, () => assert.equal(summary(bytes), undefined));
  }

  it('never throws, and never gives more than it was given', () => {
    const packets = fc.constantFrom(ipv4(udp('x')), ipv6(udp('x')), ipv6(ipv6Fragment(PART, {}), { protocol: 44 }));
    fc.assert(
      fc.property(packets, fc.uint8Array({ maxLength: 60 }), fc.nat(60), (packet, noise, at) => {
        const spoilt = Buffer.from(packet);
        spoilt.set(noise.subarray(0, Math.max(0, spoilt.length - at)), Math.min(at, spoilt.length));
        const parsed = parseIpPacket(spoilt);
        assert.ok(parsed === undefined || parsed.payload.length < spoilt.length);
      }),
    );
  });
});
