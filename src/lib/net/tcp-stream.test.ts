import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { SYN, tcp } from './packets.testkit.ts';
import { TcpStream } from './tcp-stream.ts';
import { parseTcp, type TcpSegment } from './transport.ts';

const TEXT = 'the quick brown fox jumps over the lazy dog';

class Recorder {
  text = '';
  data(bytes: Buffer): void {
    this.text += bytes.toString('latin1');
  }
  gap(): void {
    this.text += '|';
  }
}

function segment(payload: string, sequence: number, flags = 16): TcpSegment {
  const parsed = parseTcp(tcp(payload, { sequence, flags }));
  assert.ok(parsed !== undefined);
  return parsed;
}

function read(...segments: readonly TcpSegment[]): string {
  const recorder = new Recorder();
  const stream = new TcpStream(recorder);
  for (const one of segments) stream.add(one);
  return recorder.text;
}

describe('TcpStream', () => {
  it('begins at the SYN, or wherever the capture begins', () => {
    assert.equal(read(segment('', 99, SYN), segment('ab', 100), segment('cd', 102)), 'abcd');
    assert.equal(read(segment('ab', 5000), segment('cd', 5002)), 'abcd');
  });

  it('takes data that comes with the SYN', () => {
    assert.equal(read(segment('ab', 99, SYN), segment('cd', 102)), 'abcd');
  });

  it('puts segments in order, whatever came twice, overlaps or wraps around', () => {
    const start = fc.constantFrom(0, 1000, 0xffffffff - 20, 0x7ffffff0);
    const cuts = fc.array(fc.tuple(fc.nat(TEXT.length), fc.integer({ min: 1, max: 12 })), { maxLength: 20 });
    fc.assert(
      fc.property(start, cuts, (first, pieces) => {
        const at = (from: number) => (first + 1 + from) >>> 0;
        const all = Array.from({ length: Math.ceil(TEXT.length / 5) }, (_, i) => [i * 5, 5] as const);
        const segments = [...pieces, ...all].map(([from, length]) =>
          segment(TEXT.slice(from, from + length), at(from)),
        );
        assert.equal(read(segment('', first, SYN), ...segments), TEXT);
        assert.equal(read(segment('', first, SYN), ...segments.toReversed(), ...segments), TEXT);
      }),
    );
  });

  it('waits for a missing segment', () => {
    assert.equal(read(segment('ab', 100), segment('ef', 104)), 'ab');
    assert.equal(read(segment('ab', 100), segment('ef', 104), segment('cd', 102)), 'abcdef');
  });

  it('gives a missing segment up when too much waits for it', () => {
    const big = 'x'.repeat(60_000);
    const waiting = [0, 1, 2, 3, 4].map((i) => segment(big, 1000 + i * big.length));
    assert.equal(read(segment('ab', 100), ...waiting), `ab|${big.repeat(5)}`);
    const crumbs = Array.from({ length: 300 }, (_, i) => segment('x', 1000 + i * 2));
    assert.match(read(segment('ab', 100), ...crumbs), /^ab\|x/);
  });

  it('begins anew when the ports are used again', () => {
    assert.equal(read(segment('', 99, SYN), segment('ab', 100), segment('', 7000, SYN), segment('cd', 7001)), 'ab|cd');
    assert.equal(read(segment('', 99, SYN), segment('', 99, SYN), segment('ab', 100)), 'ab');
  });
});
