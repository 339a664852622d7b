import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_HEADERS } from './header-index.ts';
import { MAX_MESSAGE_BYTES, parseSip } from './parse-sip.ts';

const REQUEST = 'OPTIONS sip:a@b SIP/2.0\r\nCall-ID: 7\r\n\r\nbody';

test('bytes, a view of bytes and a latin1 string are read alike', () => {
  const padded = new Uint8Array(100);
  padded.set(Buffer.from(REQUEST), 10);
  for (const input of [REQUEST, Buffer.from(REQUEST), padded.subarray(10, 10 + REQUEST.length)]) {
    const message = parseSip(input);
    assert.ok(message.kind === 'request');
    assert.deepEqual([message.method, message.callId, message.body.toString()], ['OPTIONS', '7', 'body']);
  }
});

test('line ends before a message are passed over', () => {
  const message = parseSip(`\r\n\r\n\n${REQUEST}`);
  assert.equal(message.kind, 'request');
});

test('a keep-alive is empty', () => {
  for (const text of ['', '\r\n\r\n', '\0', '\0\0\0\0', ' \t\r\n', '\r\n\0']) {
    const message = parseSip(text);
    assert.deepEqual(message, { kind: 'malformed', reason: 'empty', message: undefined }, JSON.stringify(text));
  }
});

test('what is not SIP says so; what is broken SIP is given as far as it was understood', () => {
  const http = parseSip('GET / HTTP/1.1\r\n\r\n');
  assert.deepEqual(http, { kind: 'malformed', reason: 'not-sip', message: undefined });
  for (const [text, reason] of [
    ['OPTIONS sip:a@b SIP/9.0\r\nCall-ID: 7\r\n\r\n', 'version'],
    ['OPTIONS  sip:a@b SIP/2.0\r\nCall-ID: 7\r\n\r\n', 'start-line'],
    ['OPTIONS sip:a@b SIP/2.0\r\nbroken\r\nCall-ID: 7\r\n\r\n', 'header-line'],
    [`OPTIONS sip:a@b SIP/2.0\r\nCall-ID: 7\r\n${'a:b\r\n'.repeat(MAX_HEADERS)}`, 'too-many-headers'],
    ['SIP/2.0 20 OK\r\nCall-ID: 7\r\n\r\n', 'status'],
  ] as const) {
    const malformed = parseSip(text);
    assert.ok(malformed.kind === 'malformed');
    assert.equal(malformed.reason, reason);
    assert.equal(malformed.message?.callId, '7');
  }
});

test('the length is bounded', () => {
  const fill = (length: number) => parseSip(Buffer.from(`${REQUEST}${'x'.repeat(length - REQUEST.length)}`));
  assert.equal(fill(MAX_MESSAGE_BYTES).kind, 'request');
  assert.deepEqual(fill(MAX_MESSAGE_BYTES + 1), { kind: 'malformed', reason: 'too-long', message: undefined });
});
