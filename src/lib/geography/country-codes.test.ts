import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COUNTRY_CODES } from './country-codes.ts';
import { COUNTRY_OUTLINES } from './country-outlines.ts';

test('249 countries of ISO 3166-1 and Kosovo have codes; what is reserved, deleted or made up has none', () => {
  assert.equal(COUNTRY_CODES.size, 250);
  for (const code of ['DE', 'GB', 'XK', 'SS']) assert.ok(COUNTRY_CODES.has(code), code);
  for (const code of ['XX', 'ZZ', 'EU', 'UK', 'AN', 'YU', 'de', '']) assert.ok(!COUNTRY_CODES.has(code), code);
});

test('every country on the map has its code', () => {
  assert.deepEqual(
    Object.keys(COUNTRY_OUTLINES).filter((code) => !COUNTRY_CODES.has(code)),
    [],
  );
});
