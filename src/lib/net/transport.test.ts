import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { FIN, SYN, tcp, udp } from './packets.testkit.ts';
import { parseTcp, parseUdp } from './transport.ts';

describe('parseUdp', () => {
  it('reads ports and payload', () => {
    const { sourcePort, destinationPort, payload } = parseUdp(udp('hello', { fromPort: 5071, toPort: 5060 })) ?? {};
    assert.deepEqual([sourcePort, destinationPort, payload?.toString()], [5071, 5060, 'hello']);
  });

  it('leaves out what follows the datagram', () => {
    assert.equal(parseUdp(Buffer.concat([udp('hello'), Buffer.from('!!')]))?.payload.toString(), 'hello');
  });

  it('takes all there is when no length is given', () => {
    const datagram = udp('hello');
    datagram.writeUInt16BE(0, 4);
    assert.equal(parseUdp(datagram)?.payload.toString(), 'hello');
  });

  it('refuses less than a header', () => {
    const short = udp('hello');
    short.writeUInt16BE(7, 4);
    assert.deepEqual([parseUdp(Buffer.alloc(7)), parseUdp(short)], [undefined, undefined]);
  });
});

describe('parseTcp', () => {
  it('reads what streams are made of', () => {
    const segment = parseTcp(tcp('hello', { fromPort: 5071, toPort: 5060, sequence: 4_000_000_000, flags: SYN }));
    assert.deepEqual(
      { ...segment, payload: segment?.payload.toString() },
      {
        sourcePort: 5071,
        destinationPort: 5060,
        sequence: 4_000_000_000,
        syn: true,
        last: false,
        payload: 'hello',
      },
    );
    assert.equal(parseTcp(tcp('', { flags: FIN }))?.last, true);
    assert.equal(parseTcp(tcp('', { flags: 4 }))?.last, true);
  });

  it('skips options', () => {
    const plain = tcp('hello', {});
    const withOptions = Buffer.concat([plain.subarray(0, 20), Buffer.alloc(12, 1), plain.subarray(20)]);
    withOptions[12] = 8 << 4;
    assert.equal(parseTcp(withOptions)?.payload.toString(), 'hello');
  });

  it('refuses less than a header', () => {
    const long = tcp('', {});
    long[12] = 15 << 4;
    const short = tcp('', {});
    short[12] = 4 << 4;
    assert.deepEqual([parseTcp(Buffer.alloc(19)), parseTcp(long), parseTcp(short)], [undefined, undefined, undefined]);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        parseTcp(Buffer.from(bytes));
        parseUdp(Buffer.from(bytes));
      }),
    );
  });
});
