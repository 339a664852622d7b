import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { WebSocketFrames } from './web-socket-frames.ts';

interface Sketch {
  readonly opcode?: number;
  readonly final?: boolean;
  readonly key?: Buffer | undefined;
}

function frame(text: string, { opcode = 1, final = true, key }: Sketch = {}): Buffer {
  const payload = Buffer.from(text, 'latin1');
  const masked = key === undefined ? 0 : 128;
  const head =
    payload.length < 126
      ? Buffer.from([masked | payload.length])
      : Buffer.from([masked | 126, payload.length >> 8, payload.length & 255]);
  if (key !== undefined) for (let i = 0; i < payload.length; i++) payload[i] = (payload[i] ?? 0) ^ (key[i & 3] ?? 0);
  return Buffer.concat([Buffer.from([(final ? 128 : 0) | opcode]), head, key ?? Buffer.alloc(0), payload]);
}

function read(bytes: Buffer, chunkBytes = bytes.length) {
  const frames = new WebSocketFrames();
  const messages: string[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    for (const message of frames.push(bytes.subarray(at, at + chunkBytes))) messages.push(message.toString('latin1'));
  }
  return { messages, fault: frames.fault };
}

const KEY = Buffer.from('1a2b3c4d', 'hex');

describe('WebSocketFrames', () => {
  it('reads messages of any length, masked or not, however they are chopped', () => {
    const texts = fc.array(fc.tuple(fc.string({ unit: 'binary-ascii', maxLength: 300 }), fc.boolean()), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 50 }), (given, chunkBytes) => {
        const bytes = Buffer.concat(given.map(([text, masked]) => frame(text, { key: masked ? KEY : undefined })));
        assert.deepEqual(
          read(bytes, chunkBytes).messages,
          given.map(([text]) => text),
        );
      }),
    );
  });

  it('joins the frames of a message, and leaves out pings between them', () => {
    const bytes = [frame('ab', { final: false }), frame('?', { opcode: 9 }), frame('cd', { opcode: 0 })];
    assert.deepEqual(read(Buffer.concat(bytes)).messages, ['abcd']);
  });

  it('reads binary messages too', () => assert.deepEqual(read(frame('ab', { opcode: 2 })).messages, ['ab']));

  it('stops at what is compressed', () => {
    const bytes = frame('ab');
    bytes[0] = 0xc1;
    assert.deepEqual(read(Buffer.concat([bytes, frame('cd')])), { messages: [], fault: 'compressed' });
  });

  it('stops at what is longer than any SIP message, all frames together', () => {
    assert.equal(read(Buffer.from('817f00000000ffffffff', 'hex')).fault, 'too-long');
    const part = frame('x'.repeat(40_000), { final: false });
    assert.equal(read(Buffer.concat([part, frame('x'.repeat(40_000), { opcode: 0 })])).fault, 'too-long');
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.integer({ min: 1, max: 9 }), (bytes, n) => void read(Buffer.from(bytes), n)),
    );
  });
});
