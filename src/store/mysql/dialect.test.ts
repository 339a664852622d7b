import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MYSQL } from './dialect.ts';

test('times are as DATETIME(3) wants and gives them', () => {
  const ms = Date.UTC(2026, 0, 2, 3, 4, 5);
  assert.equal(MYSQL.time(ms), '2026-01-02 03:04:05.000');
  for (const at of [ms, ms + 1, 253_402_300_799_999]) assert.equal(MYSQL.ms(MYSQL.time(at)), at);
});
