import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markScore } from './scanner-marks.ts';

test('marks add up', () => {
  const request = { method: 'OPTIONS', from: '', fromTag: '', branch: 'z9hG4bK-2938472', callId: 'x' };
  assert.equal(markScore(request), 40);
  assert.equal(markScore({ ...request, callId: '384827629822018851' }), 70);
  assert.equal(markScore({ ...request, branch: 'z9hG4bKabc' }), 0);
});
