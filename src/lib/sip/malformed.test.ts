import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MALFORMED_REASONS } from './malformed.ts';

test('reasons are distinct and safe to print', () => {
  assert.equal(new Set(MALFORMED_REASONS).size, MALFORMED_REASONS.length);
  for (const reason of MALFORMED_REASONS) assert.match(reason, /^[a-z][a-z-]+$/);
});
