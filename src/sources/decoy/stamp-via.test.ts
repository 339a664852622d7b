import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Address } from '../../lib/address.ts';
import { stampVia } from './stamp-via.ts';

function stamp(via: string, from = '203.0.113.7', port = 5071): string {
  const address = Address.parse(from);
  assert.ok(address);
  return stampVia(via, address, port);
}

test('where it came from is added when it differs, or when asked for', () => {
  for (const [via, expected] of [
    ['SIP/2.0/UDP 203.0.113.7;branch=b', 'SIP/2.0/UDP 203.0.113.7;branch=b'],
    ['SIP/2.0/UDP 203.0.113.7:5060;branch=b', 'SIP/2.0/UDP 203.0.113.7:5060;branch=b'],
    ['SIP/2.0/UDP 192.168.1.4;branch=b', 'SIP/2.0/UDP 192.168.1.4;branch=b;received=203.0.113.7'],
    ['SIP/2.0/UDP pbx.example.com', 'SIP/2.0/UDP pbx.example.com;received=203.0.113.7'],
    ['SIP/2.0/UDP 203.0.113.7;rport;branch=b', 'SIP/2.0/UDP 203.0.113.7;branch=b;received=203.0.113.7;rport=5071'],
    ['SIP/2.0/UDP 10.0.0.1; RPORT ;branch=b', 'SIP/2.0/UDP 10.0.0.1;branch=b;received=203.0.113.7;rport=5071'],
  ] as const) {
    assert.equal(stamp(via), expected);
  }
});

test('IPv6', () => {
  assert.equal(
    stamp('SIP/2.0/UDP [2001:db8::1]:5060;branch=b', '2001:db8::1'),
    'SIP/2.0/UDP [2001:db8::1]:5060;branch=b',
  );
  assert.equal(
    stamp('SIP/2.0/UDP [2001:db8::1];rport', '2001:db8::2'),
    'SIP/2.0/UDP [2001:db8::1];received=2001:db8::2;rport=5071',
  );
});

test('what the client claims about itself is replaced', () => {
  assert.equal(
    stamp('SIP/2.0/UDP 10.0.0.1;received=192.0.2.99;rport=1;branch=b'),
    'SIP/2.0/UDP 10.0.0.1;branch=b;received=203.0.113.7;rport=5071',
  );
});

test('quoted text and further values are left alone', () => {
  assert.equal(
    stamp('SIP/2.0/UDP 10.0.0.1;x="a;rport,\\"b";branch=b, SIP/2.0/TCP c;rport'),
    'SIP/2.0/UDP 10.0.0.1;x="a;rport,\\"b";branch=b;received=203.0.113.7, SIP/2.0/TCP c;rport',
  );
});
