import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readStartLine, type StartLine } from './start-line.ts';

function read(text: string): StartLine | 'not-sip' {
  return readStartLine(Buffer.from(text, 'latin1'), 0);
}

function textOf(text: string): string {
  const line = read(text);
  assert.ok(line !== 'not-sip');
  return text.slice(line.textStart, line.textEnd);
}

test('a request line', () => {
  const line = read('REGISTER sip:example.com SIP/2.0\r\nVia: x');
  assert.deepEqual(line, { method: 'REGISTER', textStart: 9, textEnd: 24, status: 0, next: 34, fault: undefined });
  assert.equal(textOf('REGISTER sip:example.com SIP/2.0\r\n'), 'sip:example.com');
});

test('any token is a method, in its own case; the version is in any case', () => {
  for (const method of ['INVITE', 'invite', 'FOO', "!interesting-Method0123456789_*+`.%indeed'~"]) {
    const line = read(`${method} sip:a@b sip/2.0\n`);
    assert.ok(line !== 'not-sip');
    assert.deepEqual([line.method, line.fault], [method, undefined]);
  }
});

test('a status line, with or without a reason phrase', () => {
  for (const [text, status, reason] of [
    ['SIP/2.0 200 OK\r\n', 200, 'OK'],
    ['SIP/2.0 401 Not  so fast \r\n', 401, 'Not  so fast '],
    ['SIP/2.0 100 \r\n', 100, ''],
    ['SIP/2.0 603\n', 603, ''],
    ['SIP/2.0 404', 404, ''],
  ] as const) {
    const line = read(text);
    assert.ok(line !== 'not-sip');
    assert.deepEqual([line.status, line.method, line.fault], [status, undefined, undefined], text);
    assert.equal(textOf(text), reason);
  }
});

test('blanks too many are a fault, and the line is understood all the same', () => {
  for (const text of [
    'OPTIONS  sip:a@b SIP/2.0\r\n',
    'OPTIONS sip:a@b  SIP/2.0\r\n',
    'OPTIONS sip:a@b SIP/2.0 \r\n',
    'OPTIONS\tsip:a@b\t\tSIP/2.0\r\n',
  ]) {
    const line = read(text);
    assert.ok(line !== 'not-sip');
    assert.deepEqual([line.method, line.fault, textOf(text)], ['OPTIONS', 'start-line', 'sip:a@b'], text);
  }
  assert.equal(textOf('INVITE sip:a@b; lr SIP/2.0\r\n'), 'sip:a@b; lr');
  for (const text of ['INVITE sip:a@b; lr SIP/2.0\r\n', 'INVITE SIP/2.0\r\n', 'INVITE  SIP/2.0\r\n']) {
    const line = read(text);
    assert.equal(line !== 'not-sip' && line.fault, 'start-line', text);
  }
});

test('other versions and bad statuses are faults', () => {
  const faults = [
    ['OPTIONS sip:a@b SIP/7.0\r\n', 'version'],
    ['OPTIONS sip:a@b SIP/2.01\r\n', 'version'],
    ['SIP/3.0 200 OK\r\n', 'version'],
    ['SIP/2.0 99 Low\r\n', 'status'],
    ['SIP/2.0 700 High\r\n', 'status'],
    ['SIP/2.0 4294967301 Better not\r\n', 'status'],
    ['SIP/2.0 2x0 OK\r\n', 'status'],
    ['SIP/2.0 \r\n', 'status'],
    ['SIP/2.0\r\n', 'status'],
  ] as const;
  for (const [text, fault] of faults) {
    const line = read(text);
    assert.equal(line !== 'not-sip' && line.fault, fault, text);
  }
});

test('other protocols are not SIP', () => {
  for (const text of [
    'GET / HTTP/1.1\r\n',
    'OPTIONS rtsp://a/b RTSP/1.0\r\n',
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n',
    'SIP\r\n',
    'hello\r\n',
    ' REGISTER sip:a SIP/2.0\r\n',
    'REG@STER sip:a SIP/2.0\r\n',
    `${'A'.repeat(65)} sip:a SIP/2.0\r\n`,
    'OPTIONS sip:a@b SIPS/2.0',
    '',
  ]) {
    assert.equal(read(text), 'not-sip', text);
  }
});
