import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Address } from '../lib/address.ts';
import { Network } from '../lib/network.ts';
import type { Finding, Subject } from '../pipeline/finding.ts';
import { type Geography, NO_GEOGRAPHY } from '../pipeline/intel.ts';
import { originOf, originOfAddress, originText } from './origin.ts';

const address = Address.parse('203.0.113.7') ?? assert.fail();
const HERE: Geography = {
  ...NO_GEOGRAPHY,
  country: () => 'NL',
  networkNumber: () => ({ asn: 64500, name: 'Example Hosting' }),
};
const NOWHERE = { country: null, asn: null, network: null };
const about = (subject: Subject) => originOf({ subject } as Finding, HERE);

test('an address has an origin, as far as it is known', () => {
  const origin = { country: 'NL', asn: 64500, network: 'Example Hosting' };
  assert.deepEqual(originOfAddress(address, HERE), origin);
  assert.deepEqual(originOfAddress(address, NO_GEOGRAPHY), NOWHERE);
  assert.deepEqual(about({ kind: 'ip', address }), origin);
  assert.deepEqual(about({ kind: 'network', network: Network.of(address, 24) }), origin);
  assert.equal(about({ kind: 'aor', aor: '1001@example.com' }), undefined);
});

test('it is told in a few words', () => {
  assert.equal(originText(originOfAddress(address, HERE)), 'NL, AS64500 Example Hosting');
  assert.equal(originText({ ...NOWHERE, asn: 64500 }), 'AS64500');
  assert.equal(originText({ ...NOWHERE, country: 'NL' }), 'NL');
  assert.equal(originText(NOWHERE), '');
});
