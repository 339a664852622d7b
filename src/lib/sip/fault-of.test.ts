import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultOf } from './fault-of.ts';
import { parseSip } from './parse-sip.ts';

const GOOD = [
  'OPTIONS sip:100@192.0.2.1 SIP/2.0',
  'Via: SIP/2.0/UDP 203.0.113.7;branch=z9hG4bK1',
  'From: <sip:a@b>;tag=1',
  'To: <sip:100@192.0.2.1>',
  'Call-ID: 1',
  'CSeq: 7 OPTIONS',
  'Content-Length: 2',
  '',
  'xy',
];

/** The message with the line that starts with `prefix` replaced by others. */
function faultWith(prefix: string, ...lines: readonly string[]): string | undefined {
  const text = GOOD.flatMap((line) => (line.startsWith(prefix) ? lines : [line])).join('\r\n');
  const message = parseSip(text);
  assert.ok(message.kind !== 'malformed', text);
  return faultOf(message);
}

test('a sound message has no fault', () => {
  assert.equal(faultWith('nothing'), undefined);
  assert.equal(faultWith('OPTIONS', 'SIP/2.0 200 OK'), undefined);
  assert.equal(faultWith('Content-Length'), undefined);
  assert.equal(faultWith('Content-Length', 'Content-Length: 0'), undefined);
  assert.equal(faultWith('OPTIONS', 'OPTIONS weird:thing SIP/2.0'), undefined);
});

test('required headers', () => {
  for (const name of ['Via', 'From', 'To', 'Call-ID', 'CSeq']) {
    assert.equal(faultWith(name), `missing-${name.toLowerCase()}`);
    assert.equal(faultWith(name, `${name}:`), `missing-${name.toLowerCase()}`);
  }
});

test('values', () => {
  assert.equal(faultWith('To', 'To: <sip:a@b>', 't: <sip:a@b>'), 'duplicate-header');
  assert.equal(faultWith('Via', 'Via: SIP/2.0'), 'via');
  assert.equal(faultWith('From', 'From: "open <sip:a@b>'), 'from');
  assert.equal(faultWith('From', 'From: a@b'), 'from');
  assert.equal(faultWith('To', 'To: <>'), 'to');
  assert.equal(faultWith('CSeq', 'CSeq: x OPTIONS'), 'cseq');
  assert.equal(faultWith('CSeq', 'CSeq: 4294967296 OPTIONS'), 'cseq');
  assert.equal(faultWith('CSeq', 'CSeq: 7'), 'cseq');
  assert.equal(faultWith('CSeq', 'CSeq: 7 INVITE'), 'cseq-method');
  assert.equal(faultWith('Call-ID', 'Call-ID: 1', 'Max-Forwards: 256'), 'max-forwards');
  assert.equal(faultWith('Content-Length', 'Content-Length: 3'), 'content-length');
  assert.equal(faultWith('Content-Length', 'Content-Length: -1'), 'content-length');
  assert.equal(faultWith('OPTIONS', 'OPTIONS <sip:100@192.0.2.1> SIP/2.0'), 'request-uri');
  assert.equal(faultWith('OPTIONS', 'OPTIONS sip:a@b;x="y" SIP/2.0'), 'request-uri');
});
