import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signal } from '../../test/support/signals.ts';
import { accountHash } from './account-hash.ts';

test('the same account has the same hash, whatever else the signal says, and in any order of asking', () => {
  const one = signal({ user: '1001', domain: 'a.example' });
  const same = signal({ user: '1001', domain: 'a.example', ip: '192.0.2.1', kind: 'register.ok' });
  const other = signal({ user: '1002', domain: 'a.example' });
  const hash = accountHash(one);
  assert.equal(accountHash(one), hash);
  assert.notEqual(accountHash(other), hash);
  assert.equal(accountHash(same), hash);
  assert.equal(accountHash(one), hash);
});

test('user and domain are told apart', () => {
  const hashes = [
    ['10', '01'],
    ['1', '001'],
    ['1001', ''],
    ['', '1001'],
  ].map(([user = '', domain = '']) => accountHash(signal({ user, domain })));
  assert.equal(new Set(hashes).size, 4);
  assert.notEqual(accountHash(signal({ user: 'a', domain: 'b' })), accountHash(signal({ user: 'b', domain: 'a' })));
});

test('all spellings of an account have one hash', () => {
  const hash = accountHash(signal({ user: 'anna', domain: 'pbx.example' }));
  for (const [user, domain] of [
    ['Anna', 'PBX.Example'],
    ['%61nna', 'pbx.example'],
    ['anna;x=y', 'pbx.example'],
  ] as const)
    assert.equal(accountHash(signal({ user, domain })), hash, `${user}@${domain}`);
});
