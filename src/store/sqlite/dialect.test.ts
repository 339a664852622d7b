import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SQLITE } from './dialect.ts';

test('times are ISO 8601 in UTC, with milliseconds always', () => {
  const ms = Date.UTC(2026, 0, 2, 3, 4, 5);
  assert.equal(SQLITE.time(ms), '2026-01-02T03:04:05.000Z');
  for (const at of [ms, ms + 1, 0, 253_402_300_799_999]) assert.equal(SQLITE.ms(SQLITE.time(at)), at);
});
