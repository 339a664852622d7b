import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Address } from '../lib/address.ts';
import { makeSignal } from './make-signal.ts';

const known = { at: 5, address: Address.v4(1), sensor: 'a' };

it('says "not said" of every field not given', () => {
  assert.deepEqual(makeSignal('malformed', known), {
    kind: 'malformed',
    ...known,
    port: 0,
    transport: 'unknown',
    proven: 'unknown',
    method: '',
    status: 0,
    reason: '',
    user: '',
    domain: '',
    requestUri: '',
    userAgent: '',
    callId: '',
    expires: -1,
    count: 1,
    from: '',
    fromTag: '',
    branch: '',
    detail: '',
    authUser: '',
    authRealm: '',
  });
});

it('gives all signals the same fields in the same order', () => {
  const one = makeSignal('register.ok', { user: 'u', ...known, detail: 'd' });
  const other = makeSignal('request.refused', { ...known, reason: 'decoy', port: 1 });
  assert.deepEqual(Object.keys(one), Object.keys(other));
  assert.deepEqual([one.user, one.detail, other.reason, other.port], ['u', 'd', 'decoy', 1]);
});
