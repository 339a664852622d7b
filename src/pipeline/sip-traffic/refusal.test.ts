import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isDialProbe, refusalReason } from './refusal.ts';

it('takes only refusals of the number or the caller for a probe', () => {
  const probes = [403, 404, 410, 416, 484, 604];
  for (let status = 300; status < 700; status++)
    assert.equal(isDialProbe(status), probes.includes(status), `${status}`);
});

it('has a reason for each refusal, and none for what is no refusal', () => {
  for (const status of [100, 200, 302, 408, 423, 480, 486, 487, 491, 494, 600, 603]) {
    assert.equal(refusalReason(status), undefined, `${status}`);
  }
  const reasons = [400, 403, 404, 405, 410, 420, 483, 489, 500, 501, 503, 604].map(refusalReason);
  assert.deepEqual(reasons, [
    'malformed',
    'domain_mismatch',
    'domain_not_found',
    'method_not_allowed',
    'domain_not_found',
    'query_failed',
    'max_forwards_exceeded',
    'query_failed',
    'query_failed',
    'method_not_allowed',
    'query_failed',
    'domain_not_found',
  ]);
});
