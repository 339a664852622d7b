import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_TEXT } from '../text.ts';
import type { SipRequest, SipResponse } from './message.ts';
import { MAX_CONTACTS } from './name-addr.ts';
import { parseSip } from './parse-sip.ts';

function request(...lines: readonly string[]): SipRequest {
  const message = parseSip(Buffer.from(['REGISTER sip:Example.com;lr SIP/2.0', ...lines, '', ''].join('\r\n')));
  assert.ok(message.kind === 'request');
  return message;
}

function response(...lines: readonly string[]): SipResponse {
  const message = parseSip(Buffer.from([...lines, '', ''].join('\r\n')));
  assert.ok(message.kind === 'response');
  return message;
}

test('all values of a registration', () => {
  const message = request(
    'Via: SIP/2.0/UDP 192.0.2.44:5060;branch=z9hG4bK1;rport',
    'Max-Forwards: 70',
    'From: "Front desk" <sip:1001@example.com>;tag=abc',
    'To: <sip:1001@example.com>',
    'Call-ID: 5d8a1c0e@192.0.2.44',
    'CSeq: 41235 REGISTER',
    'User-Agent: Desk phone/1.0 (zoë)',
    'Contact: <sip:1001@192.0.2.44:5060>;expires=120, <sip:1001@192.0.2.45>',
    'Expires: 300',
    'Authorization: Digest username="1001", nonce="n1"',
    'Proxy-Authorization: Digest username="1001", nonce="n2"',
    'Subject: hi',
  );
  assert.deepEqual(
    [message.method, message.requestUri, message.uri?.host],
    ['REGISTER', 'sip:Example.com;lr', 'example.com'],
  );
  assert.equal(message.via?.branch, 'z9hG4bK1');
  assert.equal(message.from?.sent, '"Front desk" <sip:1001@example.com>');
  assert.equal(message.from?.tag, 'abc');
  assert.equal(message.to?.uri?.user, '1001');
  assert.equal(message.callId, '5d8a1c0e@192.0.2.44');
  assert.deepEqual(message.cseq, { number: 41235, method: 'REGISTER' });
  assert.equal(message.maxForwards, 70);
  assert.equal(message.userAgent, 'Desk phone/1.0 (zoë)');
  assert.equal(message.contacts.length, 2);
  assert.equal(message.expires, 120);
  assert.deepEqual(
    message.credentials.map((credentials) => credentials.nonce),
    ['n1', 'n2'],
  );
  assert.equal(message.challenges.length, 0);
  assert.equal(message.otherHeader('subject'), 'hi');
  assert.equal(message.otherHeader('allow'), undefined);
  assert.equal(message.header('user-agent'), 'Desk phone/1.0 (zoë)');
});

test('what is absent', () => {
  const message = request('X: y');
  assert.deepEqual(
    [message.via, message.from, message.to, message.cseq, message.maxForwards, message.contentLength],
    [undefined, undefined, undefined, undefined, undefined, undefined],
  );
  assert.deepEqual([message.callId, message.userAgent, message.server, message.contentType], ['', '', '', '']);
  assert.deepEqual([message.expires, message.contacts.length, message.credentials.length], [-1, 0, 0]);
});

test('the end of a registration', () => {
  const star = request('m: *', 'Expires: 0');
  assert.deepEqual([star.contactIsStar, star.expires, star.contacts.length], [true, 0, 0]);
  const one = request('Contact: <sip:a@b>;expires=0', 'Expires: 300');
  assert.deepEqual([one.contactIsStar, one.expires], [false, 0]);
  const header = request('Contact: <sip:a@b>', 'Expires: 0');
  assert.equal(header.expires, 0);
  assert.equal(request('Expires: soon').expires, -1);
  assert.equal(request('Expires: 4294967296').expires, -1);
});

test('a challenge', () => {
  const message = response(
    'SIP/2.0 401 Unauthorized',
    'WWW-Authenticate: Digest realm="a", nonce="n", stale=TRUE, opaque="o"',
    'Proxy-Authenticate: Digest realm="b", nonce="m"',
    'Server: PBX 22',
  );
  assert.deepEqual([message.status, message.reason, message.server], [401, 'Unauthorized', 'PBX 22']);
  const [first, second] = message.challenges;
  assert.deepEqual([first?.nonce, first?.stale, first?.opaque, second?.nonce], ['n', true, 'o', 'm']);
  assert.equal(message.credentials.length, 0);
});

test('CSeq, Max-Forwards and Content-Length that are none', () => {
  for (const value of ['', 'OPTIONS', '1', '-1 OPTIONS', '2147483648 OPTIONS', '1.0 OPTIONS']) {
    assert.equal(request(`CSeq: ${value}`).cseq, undefined, value);
  }
  assert.deepEqual(request('CSeq: 7 \t FOO').cseq, { number: 7, method: 'FOO' });
  assert.equal(request('Max-Forwards: many').maxForwards, -1);
  assert.equal(request('Content-Length: -5').contentLength, -1);
});

test('the body is as long as Content-Length says', () => {
  const body = (length: string) => {
    const message = parseSip(`OPTIONS sip:a@b SIP/2.0\r\n${length}c: text/plain\r\n\r\n12345`);
    assert.ok(message.kind === 'request');
    assert.equal(message.contentType, 'text/plain');
    return message.body.toString();
  };
  assert.equal(body(''), '12345');
  assert.equal(body('l: 3\r\n'), '123');
  assert.equal(body('l: 9\r\n'), '12345');
  assert.equal(body('l: x\r\n'), '12345');
});

test('no more contacts are read of one message, however many lines they stand in', () => {
  const message = request(...Array.from({ length: 40 }, (_, i) => `Contact: <sip:${i}@a>, <sip:${i}@b>, <sip:${i}@c>`));
  assert.equal(message.contacts.length, MAX_CONTACTS);
});

test('texts are bounded and hold no reference to the message', () => {
  const long = 'x'.repeat(9000);
  const message = request(`Call-ID: ${long}`, `User-Agent: ${long}\r\n ${long}`, `Subject: ${long}`, `CSeq: 1 ${long}`);
  const texts = [message.callId, message.userAgent, message.otherHeader('subject') ?? ''];
  assert.deepEqual(
    texts.map((text) => text.length),
    [MAX_TEXT, MAX_TEXT, MAX_TEXT],
  );
  assert.ok((message.cseq?.method.length ?? 0) <= MAX_TEXT);
});

test('the Via below the topmost, in one header or the next', () => {
  const [one, other] = ['SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1', 'SIP/2.0/TCP 192.0.2.2;branch=z9hG4bK2'];
  assert.equal(request(`Via: ${one}`).secondVia, undefined);
  assert.equal(request().secondVia, undefined);
  assert.equal(request(`Via: ${one}`, `v: ${other}`).secondVia?.host, '192.0.2.2');
  assert.equal(request(`Via: ${one}, ${other}`).secondVia?.branch, 'z9hG4bK2');
});
