import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountKeys } from './account-key.ts';

test('an account has a key of its own, and one of its user', () => {
  // As `md5sum` says of the text, and {s.md5} of OpenSIPS.
  const expected = ['b151ecf58add8f1e595011fade2373d5', 'eaf3eaa51d21cfa098b97c53383d22d7'];
  assert.deepEqual(accountKeys('1001@example.com'), expected);
  const [account, user] = accountKeys('1001@example.net');
  assert.notEqual(account, expected[0]);
  assert.equal(user, expected[1]);
});
