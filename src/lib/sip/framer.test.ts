import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Frame, SipFramer } from './framer.ts';
import { MAX_MESSAGE_BYTES } from './parse-sip.ts';

function message(name: string, body: string): string {
  return `MESSAGE sip:${name}@b SIP/2.0\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

function texts(frames: readonly Frame[]): string[] {
  return frames.map((frame) => frame.toString());
}

test('messages are cut by Content-Length, whatever their bodies hold', () => {
  const stream = [message('a', 'x'), message('b', ''), message('c', message('d', 'nested'))];
  assert.deepEqual(texts(new SipFramer().push(Buffer.from(stream.join('')))), stream);
});

test('without Content-Length there is no body; line feeds alone will do', () => {
  const framer = new SipFramer();
  assert.deepEqual(texts(framer.push(Buffer.from('OPTIONS sip:a SIP/2.0\nA: b\n\nOPTIONS'))), [
    'OPTIONS sip:a SIP/2.0\nA: b\n\n',
  ]);
  assert.equal(framer.pendingBytes, 7);
});

test('line ends between messages are skipped, two in a row are a ping', () => {
  const framer = new SipFramer();
  assert.deepEqual(framer.push(Buffer.from('\r\n')), []);
  assert.deepEqual(framer.push(Buffer.from('\r\n\r\n')), ['ping']);
  assert.deepEqual(texts(framer.push(Buffer.from(`\r\n${message('a', '')}\r\n\r\n`))), [message('a', ''), 'ping']);
  assert.deepEqual(framer.push(Buffer.from('\r\n'.repeat(5000))), ['ping']);
  assert.equal(framer.pendingBytes, 0);
});

test('headers that are too long are the fault, however the stream is chopped and whatever length they say', () => {
  const bytes = Buffer.from(`OPTIONS sip:a SIP/2.0\r\nl: x\r\nA: ${'b'.repeat(MAX_MESSAGE_BYTES)}\r\n\r\n`);
  for (const step of [bytes.length, 1000]) {
    const framer = new SipFramer();
    for (let at = 0; at < bytes.length; at += step) framer.push(bytes.subarray(at, at + step));
    assert.equal(framer.fault, 'too-long', `${step} bytes at a time`);
  }
});

test('however a stream is chopped, the messages are the same', () => {
  const stream = [message('a', '\r\n\r\n'), message('b', 'x'.repeat(300)), message('c', '')];
  const bytes = Buffer.from(stream.join(''));
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }), (lengths) => {
      const framer = new SipFramer();
      const frames: string[] = [];
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const end = at + (lengths[i % lengths.length] as number);
        frames.push(...texts(framer.push(bytes.subarray(at, end))));
        at = end;
      }
      assert.deepEqual(frames, stream);
      assert.equal(framer.fault, undefined);
    }),
  );
});

test('a length that is no number, or two that differ, break the stream for good', () => {
  for (const value of ['x', '-1', '', '1\r\nContent-Length: 2', '99999999999999999999999']) {
    const framer = new SipFramer();
    const stream = `MESSAGE sip:a SIP/2.0\r\nl: ${value}\r\n\r\nrest`;
    assert.deepEqual(texts(framer.push(Buffer.from(stream))), [stream]);
    assert.equal(framer.fault, 'content-length', value);
    assert.deepEqual(framer.push(Buffer.from(message('a', ''))), []);
  }
});

test('the same length twice is harmless', () => {
  const stream = 'MESSAGE sip:a SIP/2.0\r\nl: 1\r\nContent-Length: 1\r\n\r\nx';
  assert.deepEqual(texts(new SipFramer().push(Buffer.from(stream))), [stream]);
});

test('what never ends is cut off at the limit', () => {
  const framer = new SipFramer();
  const chunk = Buffer.from('a: b\r\n'.repeat(1000));
  let pushed = 0;
  while (framer.fault === undefined) {
    framer.push(chunk);
    pushed += chunk.length;
  }
  assert.equal(framer.fault, 'too-long');
  assert.ok(pushed <= MAX_MESSAGE_BYTES + chunk.length);
  assert.equal(framer.pendingBytes, 0);

  const promised = new SipFramer();
  promised.push(Buffer.from(`MESSAGE sip:a SIP/2.0\r\nl: ${MAX_MESSAGE_BYTES}\r\n\r\n`));
  assert.equal(promised.fault, 'too-long');
});

test('a long stream in single bytes stays within its bounds', () => {
  const framer = new SipFramer();
  const bytes = Buffer.from(message('a', 'x'.repeat(200)).repeat(50));
  let frames = 0;
  for (const byte of bytes) frames += framer.push(Buffer.from([byte])).length;
  assert.equal(frames, 50);
});
