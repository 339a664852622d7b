import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { STORE_ERRORS, StoreError, type StoreErrorCode } from './store-error.ts';

const codes = Object.keys(STORE_ERRORS) as StoreErrorCode[];

test('an error says by its code whether to try again', () => {
  for (const code of codes) {
    const error = new StoreError(code, 'it failed', { cause: 'why' });
    assert.equal(error.retryable, STORE_ERRORS[code].retryable, code);
    assert.deepEqual([error.name, error.code, error.message, error.cause], ['StoreError', code, 'it failed', 'why']);
  }
});

test('the page for operators explains every code, as it is', () => {
  const page = readFileSync(new URL('../../docs/store.md', import.meta.url), 'utf8');
  for (const code of codes) {
    const { retryable, meaning } = STORE_ERRORS[code];
    assert.ok(page.includes(`| \`${code}\` | ${meaning} | ${retryable ? 'yes' : 'no'} |`), code);
  }
  assert.equal(page.match(/^\| `store_/gm)?.length, codes.length);
});
