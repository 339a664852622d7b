import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Address } from '../../lib/address.ts';
import { FRESH_MS, Nonces, PROOF_MS, randomOpaque } from './nonces.ts';

const NOW = Date.UTC(2026, 0, 15, 12, 0, 0);

function address(text: string): Address {
  const parsed = Address.parse(text);
  assert.ok(parsed);
  return parsed;
}

const CLIENT = address('203.0.113.7');

test('a nonce is fresh, then stale, then nothing', () => {
  const nonces = new Nonces();
  const nonce = nonces.issue(CLIENT, NOW);
  assert.match(nonce, /^[A-Za-z0-9_-]{20}$/);
  for (const [afterMs, age] of [
    [0, 'fresh'],
    [FRESH_MS, 'fresh'],
    [FRESH_MS + 1000, 'stale'],
    [PROOF_MS, 'stale'],
    [PROOF_MS + 1000, 'foreign'],
    [-1000, 'foreign'],
  ] as const) {
    assert.equal(nonces.age(nonce, CLIENT, NOW + afterMs), age, `${afterMs}`);
  }
});

test('it belongs to one address, whole also for IPv6, and one process', () => {
  const nonces = new Nonces();
  const nonce = nonces.issue(CLIENT, NOW);
  assert.equal(nonces.age(nonce, address('203.0.113.8'), NOW), 'foreign');
  assert.equal(nonces.age(nonce, address('::ffff:203.0.113.7'), NOW), 'fresh', 'the same address');
  const other = nonces.issue(address('2001:db8::1'), NOW);
  assert.equal(nonces.age(other, address('2001:db8::2'), NOW), 'foreign');
  assert.equal(new Nonces().age(nonce, CLIENT, NOW), 'foreign');
});

test('no change to it goes unnoticed', () => {
  const nonces = new Nonces();
  const nonce = nonces.issue(CLIENT, NOW);
  fc.assert(
    fc.property(fc.nat(nonce.length - 1), fc.stringMatching(/^[A-Za-z0-9_-]$/), (at, char) => {
      fc.pre(nonce[at] !== char);
      assert.equal(nonces.age(nonce.slice(0, at) + char + nonce.slice(at + 1), CLIENT, NOW), 'foreign');
    }),
  );
  for (const text of ['', nonce.slice(1), `${nonce}A`, `${nonce} `, 'é'.repeat(20)]) {
    assert.equal(nonces.age(text, CLIENT, NOW), 'foreign', text);
  }
});

test('tags are the same for the same bytes only', () => {
  const nonces = new Nonces();
  assert.equal(nonces.tag(Buffer.from('a')), nonces.tag(Buffer.from('a')));
  assert.notEqual(nonces.tag(Buffer.from('a')), nonces.tag(Buffer.from('b')));
  assert.notEqual(nonces.tag(Buffer.from('a')), new Nonces().tag(Buffer.from('a')));
});

test('opaques differ', () => {
  assert.equal(new Set(Array.from({ length: 100 }, randomOpaque)).size, 100);
});
