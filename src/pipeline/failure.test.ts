import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { signal } from '../../test/support/signals.ts';
import { isAttempt, isCredentialFailure, isSuccess, isUnknownAccount } from './failure.ts';

describe('a credential failure', () => {
  for (const status of [400, 401, 403, 404, 407, 0]) {
    test(`is a registration refused with ${status}`, () => assert.ok(isCredentialFailure(signal({ status }))));
  }
  for (const status of [408, 423, 480, 500, 503, 504, 513]) {
    test(`is not the server's own trouble: ${status}`, () => {
      assert.ok(!isCredentialFailure(signal({ status })));
      assert.ok(!isAttempt(signal({ status })));
    });
  }
  test('is a call that is challenged again, not one to a number that does not exist', () => {
    assert.ok(isCredentialFailure(signal({ kind: 'call.failed', status: 407 })));
    assert.ok(!isCredentialFailure(signal({ kind: 'call.failed', status: 404 })));
  });
});

test('door knocks are attempts without credentials', () => {
  for (const kind of ['request.refused', 'malformed'] as const) {
    assert.ok(isAttempt(signal({ kind })));
    assert.ok(!isCredentialFailure(signal({ kind })));
  }
});

test('a success is a registration or an answered call', () => {
  const kinds = ['register.ok', 'call.answered', 'call.started', 'register.removed', 'register.failed'] as const;
  assert.deepEqual(
    kinds.filter((kind) => isSuccess(signal({ kind }))),
    ['register.ok', 'call.answered'],
  );
});

describe('an unknown account', () => {
  for (const [status, reason, expected] of [
    [404, 'Not Found', true],
    [401, 'InvalidAccountID', true],
    [403, "can't find user", true],
    [403, 'No matching peer found', true],
    [401, 'Unauthorized', false],
    [403, 'Forbidden', false],
  ] as const) {
    test(`${status} ${reason}: ${expected}`, () =>
      assert.equal(isUnknownAccount(signal({ status, reason })), expected));
  }
  test('is one of a registration', () => assert.ok(!isUnknownAccount(signal({ kind: 'call.failed', status: 404 }))));
});
