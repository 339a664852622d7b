import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Authentication } from './authentication.ts';

test('credentials', () => {
  const credentials = Authentication.parse(
    'Digest username="10\\"01", realm = "example.com",cnonce="no", nonce="1763864688/8f3a,c1", uri="sip:a", nc=00000001, opaque="3cc1"',
  );
  assert.equal(credentials.scheme, 'digest');
  assert.equal(credentials.username, '10"01');
  assert.equal(credentials.realm, 'example.com');
  assert.equal(credentials.nonce, '1763864688/8f3a,c1');
  assert.equal(credentials.opaque, '3cc1');
  assert.equal(credentials.parameter('nc'), '00000001');
  assert.equal(credentials.parameter('response'), undefined);
  assert.equal(credentials.stale, false);
});

test('a username is plain if every server reads the same one', () => {
  const plain = (text: string) => Authentication.parse(`Digest ${text}`).plainUsername;
  assert.equal(plain('username="1001", realm="a"'), '1001');
  assert.equal(plain('realm="a", USERNAME = 1001'), '1001');
  assert.equal(plain('username="10,01", realm="\\a"'), '10,01');
  assert.equal(plain('realm="a"'), undefined);
  for (const text of [
    'username="a", username="b"',
    'username="a", x=y; ,Username="b"',
    'username="a", username*=UTF-8\'\'b',
    'username="\\1001"',
    'username="10,\\01"',
    'username="a\\" , b"',
  ]) {
    assert.equal(plain(`${text}, nonce="n"`), undefined, text);
  }
});

test('a challenge is stale only if it says true', () => {
  const stale = (value: string) => Authentication.parse(`Digest realm="a", stale=${value}, nonce="n"`).stale;
  assert.deepEqual(['true', 'TRUE', '"true"', 'false', '', 'truely'].map(stale), [
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
  assert.equal(Authentication.parse('Digest realm="stale=true"').stale, false);
});

test('anything else is a scheme without parameters', () => {
  assert.equal(Authentication.parse('').scheme, '');
  assert.equal(Authentication.parse('NTLM TlRMTVNTUAA=').scheme, 'ntlm');
  assert.equal(Authentication.parse('NTLM TlRMTVNTUAA=').nonce, undefined);
  assert.equal(Authentication.parse('Digest\tnonce=n').nonce, 'n');
});
