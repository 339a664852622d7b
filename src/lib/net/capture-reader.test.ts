import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CaptureReader } from './capture-reader.ts';
import type { CapturedFrame } from './captured-frame.ts';
import { pcapFile, pcapngFile } from './packets.testkit.ts';

const AT = Date.UTC(2026, 6, 15, 12, 0, 0, 123);
const FRAMES = [
  { at: AT, bytes: Buffer.from('one') },
  { at: AT + 1, bytes: Buffer.alloc(0) },
  { at: AT + 86_400_000, bytes: Buffer.alloc(70_000, 'three') },
];

function readAll(file: Buffer, chunkBytes: number) {
  const reader = new CaptureReader();
  const frames: CapturedFrame[] = [];
  for (let at = 0; at < file.length; at += chunkBytes) {
    for (const frame of reader.push(file.subarray(at, at + chunkBytes))) {
      frames.push({ ...frame, bytes: Buffer.from(frame.bytes) });
    }
  }
  return { frames, pendingBytes: reader.pendingBytes };
}

const WRITERS = { pcap: pcapFile, pcapng: pcapngFile };

describe('CaptureReader', () => {
  for (const [name, write] of Object.entries(WRITERS)) {
    for (const littleEndian of [true, false]) {
      for (const digits of [6, 9]) {
        it(`reads ${name}, ${littleEndian ? 'little' : 'big'} endian, ${digits} digits of a second`, () => {
          const { frames, pendingBytes } = readAll(write(FRAMES, { littleEndian, digits, linkType: 113 }), 1 << 20);
          assert.deepEqual(
            frames,
            FRAMES.map((frame) => ({ ...frame, linkType: 113 })),
          );
          assert.equal(pendingBytes, 0);
        });
      }
    }

    it(`reads ${name} however it is chopped`, () => {
      const file = write(FRAMES.slice(0, 2));
      const whole = readAll(file, file.length);
      for (const chunkBytes of [1, 2, 3, 7, 16]) assert.deepEqual(readAll(file, chunkBytes), whole);
    });

    it(`says how much of a ${name} that was cut off is left over`, () => {
      const file = write(FRAMES);
      const { frames, pendingBytes } = readAll(file.subarray(0, file.length - 10), 1000);
      assert.equal(frames.length, 2);
      assert.ok(pendingBytes > 60_000);
    });
  }

  it('passes over blocks it does not know, and follows a change of byte order', () => {
    const unknown = Buffer.from('0000000bad0000000c0000000c', 'hex').subarray(1);
    unknown.writeUInt32LE(0xbad, 0);
    unknown.writeUInt32LE(12, 4);
    unknown.writeUInt32LE(12, 8);
    const file = Buffer.concat([pcapngFile(FRAMES), unknown, pcapngFile(FRAMES, { littleEndian: false })]);
    assert.equal(readAll(file, 100_000).frames.length, 2 * FRAMES.length);
  });

  for (const [what, bytes, message] of [
    ['no capture', Buffer.from('GET / HTTP/1.1\r\n'), /^byte 0: expected a capture \(pcap or pcapng\), got 47455420$/],
    [
      'a pcap record beyond all measure',
      Buffer.concat([pcapFile(FRAMES.slice(0, 1)), Buffer.alloc(16, 0xff)]),
      /^byte 43: expected a block of at most 4194304 bytes, got 4294967311$/,
    ],
    [
      'a pcapng block shorter than its own lengths',
      Buffer.concat([pcapngFile([]), Buffer.from('010000000400000004000000', 'hex')]),
      /^byte \d+: expected a block/,
    ],
  ] as const) {
    it(`complains of ${what}`, () => assert.throws(() => readAll(bytes, 1 << 20), { message }));
  }

  it('says nothing of an empty file', () =>
    assert.deepEqual(readAll(Buffer.alloc(0), 1), { frames: [], pendingBytes: 0 }));

  it('reads or complains of whatever bytes follow a good start', () => {
    const files = Object.values(WRITERS).map((write) => write(FRAMES.slice(0, 2)));
    fc.assert(
      fc.property(fc.constantFrom(...files), fc.uint8Array({ maxLength: 200 }), fc.nat(500), (file, noise, at) => {
        const spoilt = Buffer.concat([file.subarray(0, at), noise, file.subarray(at)]);
        try {
          readAll(spoilt, 64);
        } catch (error) {
          assert.match((error as Error).message, /^byte \d+: expected /);
        }
      }),
    );
  });
});
