import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDisabled, parseDisabled } from './disabled-entries.ts';

test('any account comes back as it was', () => {
  for (const aor of ['1001@example.com', 'a b%"\\\n@c', 'zoë電話@example.com']) {
    for (const expiresAt of [undefined, 1_767_225_600_000]) {
      const value = formatDisabled({ aor, expiresAt });
      assert.match(value, /^\d+ [\x21-\x7e]+$/);
      assert.deepEqual(parseDisabled(value), { aor, expiresAt });
    }
  }
});

test('what somebody else wrote there is none of ours', () => {
  for (const value of ['', '1', 'x a@b', '1 a b', '1 %zz']) assert.equal(parseDisabled(value), undefined, value);
});
