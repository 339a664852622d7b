import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { corporaFile } from '../../../test/support/corpora.ts';
import { decodeHep } from './decode-hep.ts';
import { chunk, hep3, wrap } from './hep.testkit.ts';
import { HepFramer } from './hep-framer.ts';
import { HEP_FAULTS, type HepPacket } from './hep-packet.ts';

const SIP = 'OPTIONS sip:a@example.com SIP/2.0\r\n\r\n';

function decoded(bytes: Buffer): HepPacket {
  const packet = decodeHep(bytes);
  assert.ok(typeof packet === 'object', String(packet));
  return packet;
}

function summary(bytes: Buffer) {
  const { source, destination, payload, ...rest } = decoded(bytes);
  return { ...rest, source: source.text, destination: destination.text, payload: payload.toString('latin1') };
}

describe('decodeHep, version 3', () => {
  it('reads all that is used', () => {
    assert.deepEqual(summary(hep3(SIP, { authKey: 'secret' })), {
      at: 1_784_116_800_250,
      source: '192.0.2.7',
      sourcePort: 5071,
      destination: '198.51.100.1',
      destinationPort: 5060,
      transport: 'udp',
      isSip: true,
      agent: 2001,
      authKey: 'secret',
      payload: SIP,
    });
  });

  it('reads IPv6', () => {
    const { source, destination } = decoded(hep3(SIP, { from: '2001:db8::7', to: '2001:db8::1' }));
    assert.deepEqual([source.text, destination.text], ['2001:db8::7', '2001:db8::1']);
  });

  it('knows the transports', () => {
    const names = [17, 6, 22, 50, 132].map((protocol) => decoded(hep3(SIP, { protocol })).transport);
    assert.deepEqual(names, ['udp', 'tcp', 'tls', 'ws', 'unknown']);
  });

  it('takes compressed payloads apart', () => {
    for (const compress of [deflateSync, gzipSync]) {
      assert.equal(decoded(hep3(compress(SIP), { compressed: true })).payload.toString(), SIP);
    }
  });

  it('refuses what would grow beyond measure', () => {
    const bomb = deflateSync(Buffer.alloc(10_000_000));
    assert.equal(decodeHep(hep3(bomb, { compressed: true })), 'compressed');
    assert.equal(decodeHep(hep3('nonsense', { compressed: true })), 'compressed');
  });

  it('tells payloads apart', () => assert.equal(decoded(hep3('{}', { payloadType: 5 })).isSip, false));

  it('skips chunks of other vendors and of types it does not know', () => {
    const more = [chunk(3, Buffer.from('x'), 7), chunk(999, Buffer.from('y')), chunk(17, Buffer.from('correlation'))];
    assert.equal(decoded(hep3(SIP, { more })).payload.toString(), SIP);
  });

  it('needs no time', () => {
    const bytes = wrap(Buffer.concat([chunk(3, Buffer.alloc(4, 1)), chunk(4, Buffer.alloc(4, 2))]));
    assert.equal(decoded(bytes).at, undefined);
  });

  for (const [what, bytes, fault] of [
    ['nothing', Buffer.alloc(0), 'not-hep'],
    ['SIP itself', Buffer.from(SIP), 'not-hep'],
    ['the magic alone', Buffer.from('HEP3'), 'truncated'],
    ['no chunks', Buffer.from('484550330006', 'hex'), 'address'],
    ['less than it says', hep3(SIP).subarray(0, -1), 'truncated'],
    ['a length of nothing', Buffer.concat([Buffer.from('484550330000', 'hex'), hep3(SIP).subarray(6)]), 'truncated'],
    ['a chunk shorter than its header', wrap(Buffer.from('000000010005', 'hex')), 'chunk'],
    ['a chunk of length 0', wrap(Buffer.from('0000000100000000', 'hex')), 'chunk'],
    ['a chunk beyond the end', wrap(Buffer.from('00000001ffff', 'hex')), 'chunk'],
    ['half a chunk header', wrap(Buffer.from('0000', 'hex')), 'chunk'],
    ['an address of three bytes', wrap(chunk(3, Buffer.alloc(3))), 'chunk'],
    ['a port of four bytes', wrap(chunk(7, Buffer.alloc(4))), 'chunk'],
    ['one address', wrap(chunk(3, Buffer.alloc(4))), 'address'],
  ] as const) {
    it(`says what is wrong with ${what}`, () => assert.equal(decodeHep(bytes), fault));
  }
});

describe('decodeHep, versions 1 and 2', () => {
  const header = (version: number, family: number) =>
    Buffer.from([version, family === 2 ? 16 : 40, family, 17, 0x13, 0xcf, 0x13, 0xc4]);
  const v4 = Buffer.from('c0000207c6336401', 'hex');
  const v6 = Buffer.concat([Buffer.alloc(15), Buffer.from([7]), Buffer.alloc(15), Buffer.from([1])]);
  const time = Buffer.from('00f5566a90d0030007d00000', 'hex');

  it('reads version 1', () => {
    assert.deepEqual(summary(Buffer.concat([header(1, 2), v4, Buffer.from(SIP)])), {
      at: undefined,
      source: '192.0.2.7',
      sourcePort: 5071,
      destination: '198.51.100.1',
      destinationPort: 5060,
      transport: 'udp',
      isSip: true,
      agent: -1,
      authKey: '',
      payload: SIP,
    });
  });

  it('reads version 2, of either byte order', () => {
    const little = Buffer.alloc(12);
    little.writeUInt32LE(1_784_116_800, 0);
    little.writeUInt32LE(250_000, 4);
    little.writeUInt16LE(2001, 8);
    const big = Buffer.from(little);
    big.writeUInt32BE(1_784_116_800, 0);
    big.writeUInt32BE(250_000, 4);
    for (const order of [little, big]) {
      const { at, agent, payload } = summary(Buffer.concat([header(2, 2), v4, order, Buffer.from(SIP)]));
      assert.deepEqual([at, agent, payload], [1_784_116_800_250, 2001, SIP]);
    }
  });

  it('reads version 2 of FreeSWITCH, which counts the time with the header', () => {
    for (const [length, family, addresses, source] of [
      [28, 2, v4, '192.0.2.7'],
      [52, 10, v6, '::7'],
    ] as const) {
      const head = Buffer.from([2, length, family, 17, 0x13, 0xcf, 0x13, 0xc4]);
      const read = summary(Buffer.concat([head, addresses, time, Buffer.from(SIP)]));
      assert.deepEqual([read.source, read.payload], [source, SIP]);
    }
  });

  it('reads IPv6', () => {
    const { source, destination } = summary(Buffer.concat([header(2, 10), v6, time, Buffer.from(SIP)]));
    assert.deepEqual([source, destination], ['::7', '::1']);
  });

  for (const [what, bytes, fault] of [
    ['an unknown family', Buffer.concat([Buffer.from([1, 16, 3, 17, 0, 0, 0, 0]), v4]), 'address'],
    ['a family of another length', Buffer.concat([Buffer.from([1, 40, 2, 17, 0, 0, 0, 0]), v6]), 'address'],
    ['no time', Buffer.concat([header(2, 2), v4]), 'truncated'],
    ['no addresses', header(1, 2), 'truncated'],
    ['another version', Buffer.concat([header(4, 2), v4]), 'not-hep'],
  ] as const) {
    it(`says what is wrong with ${what}`, () => assert.equal(decodeHep(bytes), fault));
  }
});

describe('decodeHep', () => {
  it('never throws, whatever is broken', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(200), fc.boolean(), (noise, at, compressed) => {
        const bytes = hep3(deflateSync(SIP), { compressed });
        bytes.set(noise.subarray(0, Math.max(0, bytes.length - at)), Math.min(at, bytes.length));
        const packet = decodeHep(bytes);
        assert.ok(typeof packet === 'object' || HEP_FAULTS.includes(packet));
      }),
    );
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void decodeHep(Buffer.from(bytes))));
  });

  for (const [file, expected] of [
    ['hep3-heplify-server.bin', '192.168.247.250:5060 192.168.245.250:5060 udp SIP/2.0 200 OK'],
    ['hep3-spec-example-hep-go.bin', '212.202.0.1:12010 82.116.0.211:5060 udp INVITE sip:bob'],
    ['hep2-heplify-server.bin', '10.0.1.100:5060 192.168.0.254:5060 udp SIP/2.0 200 OK'],
    ['mal-truncated-half.bin', 'truncated'],
    ['mal-chunk-len-overrun.bin', 'chunk'],
    ['mal-declared-length-zero.bin', 'truncated'],
    ['mal-magic-len-only.bin', 'address'],
    ['mal-declared-length-too-long.bin', 'truncated'],
    ['mal-chunk-len-zero.bin', 'chunk'],
    ['mal-chunk-len-lt6.bin', 'chunk'],
    ['mal-magic-only.bin', 'truncated'],
    ['mal-raw-sip-not-hep.bin', 'not-hep'],
  ] as const) {
    const path = corporaFile(`hep/${file}`);
    it(`recorded: ${file}`, { skip: path === undefined && 'no corpora on this machine' }, () => {
      const packet = decodeHep(readFileSync(path ?? ''));
      if (typeof packet === 'string') {
        assert.equal(packet, expected);
        return;
      }
      const { source, sourcePort, destination, destinationPort, transport, payload } = packet;
      const firstLine = payload.toString('latin1').split('\r\n', 1)[0];
      assert.equal(`${source}:${sourcePort} ${destination}:${destinationPort} ${transport} ${firstLine}`, expected);
    });
  }
});

describe('HepFramer', () => {
  it('cuts a stream into packets however it is chopped', () => {
    const packets = [hep3(SIP), hep3('', { payloadType: 5 }), hep3('x'.repeat(60_000))];
    const stream = Buffer.concat(packets);
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 70_000 }), (chunkBytes) => {
        const framer = new HepFramer();
        const cut: Buffer[] = [];
        for (let at = 0; at < stream.length; at += chunkBytes) {
          cut.push(...framer.push(stream.subarray(at, at + chunkBytes)).map((packet) => Buffer.from(packet)));
        }
        assert.deepEqual(cut, packets);
      }),
      { numRuns: 30, examples: [[7], [70_000]] },
    );
  });

  it('stops at what is no HEP', () => {
    for (const bad of [SIP, Buffer.from('484550330005', 'hex')]) {
      const framer = new HepFramer();
      assert.equal(framer.push(Buffer.concat([hep3(SIP), Buffer.from(bad)])).length, 1);
      assert.ok(framer.isBroken);
      assert.deepEqual(framer.push(hep3(SIP)), []);
    }
  });
});
