import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { PacketDecoder } from './packet-decoder.ts';
import { ethernet, FIN, ipv4, ipv6, ipv6Fragment, SYN, tcp, udp } from './packets.testkit.ts';

const MESSAGE = 'OPTIONS sip:a@example.com SIP/2.0\r\nCall-ID: 1\r\n\r\n';

function decode(...packets: readonly Buffer[]): string[] {
  const taken: string[] = [];
  const decoder = new PacketDecoder((payload, path) => {
    const { at, transport, source, sourcePort, destination, destinationPort } = path;
    taken.push(`${at} ${transport} ${source}:${sourcePort} ${destination}:${destinationPort} ${payload}`);
  });
  packets.forEach((packet, at) => {
    decoder.decode({ at, linkType: 1, bytes: ethernet(packet) });
  });
  return taken;
}

const ports = { fromPort: 5071, toPort: 5060 };
const icmp = (quoted: Buffer) => Buffer.concat([Buffer.from('0303000000000000', 'hex'), quoted]);

describe('PacketDecoder', () => {
  it('gives datagrams', () => {
    assert.deepEqual(decode(ipv4(udp('hello', ports))), ['0 udp 192.0.2.7:5071 192.0.2.1:5060 hello']);
    assert.deepEqual(decode(ipv6(udp('hello', ports))), ['0 udp 2001:db8::7:5071 2001:db8::1:5060 hello']);
  });

  it('gives a fragmented datagram when its last part comes', () => {
    const datagram = udp('0123456789', ports);
    const [one, other] = [datagram.subarray(0, 8), datagram.subarray(8)];
    const expected = ['1 udp 192.0.2.7:5071 192.0.2.1:5060 0123456789'];
    assert.deepEqual(decode(ipv4(other, { offset: 8 }), ipv4(one, { more: true })), expected);
    const v6 = [ipv6Fragment(one, { more: true }), ipv6Fragment(other, { offset: 8 })];
    assert.equal(decode(...v6.map((part) => ipv6(part, { protocol: 44 }))).length, 1);
  });

  it('goes through tunnels, to a depth', () => {
    const inner = ipv4(udp('hello', ports), { from: '198.51.100.1' });
    assert.deepEqual(decode(ipv4(inner, { protocol: 4 })), ['0 udp 198.51.100.1:5071 192.0.2.1:5060 hello']);
    assert.deepEqual(decode(ipv6(inner, { protocol: 4 })).length, 1);
    let deep = inner;
    for (let i = 0; i < 5; i++) deep = ipv4(deep, { protocol: 4 });
    assert.deepEqual(decode(deep), []);
  });

  it('takes nothing out of the packet that an ICMP error quotes', () => {
    const quoted = ipv4(udp(MESSAGE, ports));
    assert.deepEqual(decode(ipv4(icmp(quoted), { protocol: 1 })), []);
    assert.deepEqual(decode(ipv6(icmp(ipv6(udp(MESSAGE))), { protocol: 58 })), []);
  });

  it('gives the SIP messages of a connection', () => {
    const segment = (text: string, sequence: number, flags = 16) =>
      ipv4(tcp(text, { ...ports, sequence, flags }), { protocol: 6 });
    const half = MESSAGE.slice(0, 30);
    assert.deepEqual(
      decode(segment('', 9, SYN), segment(half, 10), segment(MESSAGE.slice(30), 40), segment('', 99, FIN)),
      [`2 tcp 192.0.2.7:5071 192.0.2.1:5060 ${MESSAGE}`],
    );
    assert.deepEqual(decode(segment(half, 10), segment('', 40, FIN), segment(MESSAGE, 10)).length, 1);
  });

  it('counts frames it cannot read', () => {
    const decoder = new PacketDecoder(() => assert.fail());
    decoder.decode({ at: 0, linkType: 1, bytes: Buffer.alloc(60) });
    decoder.decode({ at: 0, linkType: 1, bytes: ethernet(Buffer.alloc(20, 0x40)) });
    decoder.decode({ at: 0, linkType: 147, bytes: ethernet(ipv4(udp('x'))) });
    assert.equal(decoder.undecoded, 2);
  });

  it('forgets connections when there are too many', () => {
    const decoder = new PacketDecoder(() => {});
    for (let port = 0; port < 20_010; port++) {
      const packet = ipv4(tcp('x', { fromPort: port, sequence: 1 }), { protocol: 6 });
      decoder.decode({ at: port, linkType: 101, bytes: packet });
    }
    decoder.expire(1);
    assert.ok(decoder.evicted >= 10);
  });

  it('never throws', () => {
    const good = fc.constantFrom(ipv4(udp('x')), ipv6(udp('x')), ipv4(tcp(MESSAGE, {}), { protocol: 6 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(good, fc.uint8Array({ maxLength: 20 }), fc.nat(60))), (packets) => {
        decode(
          ...packets.map(([packet, noise, at]) => Buffer.concat([packet.subarray(0, at), noise, packet.subarray(at)])),
        );
      }),
    );
  });
});
