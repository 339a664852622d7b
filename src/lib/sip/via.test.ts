import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_TEXT } from '../text.ts';
import { Via } from './via.ts';

test('sent-by, branch and where it came from', () => {
  const via = Via.parse('SIP/2.0/UDP 192.0.2.44:5060;rport=5071;received=203.0.113.7;branch=z9hG4bK1');
  assert.deepEqual(
    [via?.transport, via?.host, via?.port, via?.branch, via?.received, via?.rport],
    ['UDP', '192.0.2.44', 5060, 'z9hG4bK1', '203.0.113.7', 5071],
  );
});

test('absent, empty and bad parameters', () => {
  const via = Via.parse('SIP/2.0/tcp pbx.Example.com');
  assert.deepEqual([via?.transport, via?.host, via?.port], ['TCP', 'pbx.example.com', undefined]);
  assert.deepEqual([via?.branch, via?.received, via?.rport], ['', undefined, undefined]);
  assert.equal(Via.parse('SIP/2.0/UDP a;rport')?.rport, 0);
  assert.equal(Via.parse('SIP/2.0/UDP a;rport=x')?.rport, 0);
  assert.equal(Via.parse('SIP/2.0/UDP 192.0.2.15;;,;,,')?.host, '192.0.2.15');
});

test('texts are bounded', () => {
  assert.equal(Via.parse(`SIP/2.0/${'x'.repeat(9000)} a`)?.transport.length, MAX_TEXT);
  assert.equal(Via.parse(`SIP/2.0/UDP a;branch=${'x'.repeat(9000)}`)?.branch.length, MAX_TEXT);
});

test('blanks around slashes and colon, IPv6, and the first of several', () => {
  const via = Via.parse('SIP  / 2.0\t/ TLS  [2001:db8::9:1] : 4000 ;branch="a,b" , SIP/2.0/UDP b;branch=second');
  assert.deepEqual([via?.transport, via?.host, via?.port, via?.branch], ['TLS', '[2001:db8::9:1]', 4000, 'a,b']);
  assert.equal(Via.parse('SIP/2.0/UDP a,SIP/2.0/UDP b;branch=second')?.branch, '');
});

test('several headers, and several values in one', () => {
  assert.deepEqual(Via.split(['SIP/2.0/UDP a;x="1,2", SIP/2.0/UDP b', 'SIP/2.0/UDP c']), [
    'SIP/2.0/UDP a;x="1,2"',
    'SIP/2.0/UDP b',
    'SIP/2.0/UDP c',
  ]);
  assert.deepEqual(Via.split([]), []);
});

test('what is none', () => {
  for (const text of [
    '',
    'SIP/2.0/UDP',
    'SIP/2.0/UDP ',
    'SIP/7.0/UDP a',
    'HTTP/2.0/UDP a',
    'SIP/2.0/ a',
    'SIP/2.0/UDP a b',
    'SIP/2.0/UDP a:99999',
    'SIP/2.0',
  ]) {
    assert.equal(Via.parse(text), undefined, text);
  }
});
