import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NOW, series, signal } from '../../test/support/signals.ts';
import { IdleRules } from './idle-rules.ts';

const DAY = 86_400_000;
const RULES = [
  { name: 'toll-fraud', needs: ['call.started', 'fraud.threshold'] },
  { name: 'brute-force', needs: ['register.failed'] },
  { name: 'scanner', needs: [] },
] as const;

function after(days: number, signals: number, sketch: object = {}): IdleRules {
  const rules = new IdleRules();
  rules.observe(series(signals, 1, sketch), NOW);
  const kept = structuredClone(rules.snapshot());
  const restarted = new IdleRules();
  restarted.restore(kept);
  restarted.observe([], NOW + days * DAY);
  return restarted;
}
const remarks = (rules: IdleRules, days: number, dropped: number | null = 5, blocks = 20) =>
  rules.remarks(RULES, [{ name: 'nftables', dropped }], blocks, NOW + days * DAY);

describe('a rule that cannot match', () => {
  test('is remarked on, over a restart', () => {
    assert.deepEqual(remarks(after(4, 1000, { userAgent: 'x' }), 4), [
      'detector toll-fraud can find nothing: no source gave a call.started or fraud.threshold in 4d',
    ]);
  });

  test('is not once its input was seen', () => {
    const rules = after(4, 1000, { userAgent: 'x' });
    rules.observe([signal({ kind: 'call.started' })], NOW);
    assert.deepEqual(remarks(rules, 4), []);
  });

  test('is not before enough was seen', () => {
    assert.deepEqual(remarks(after(2, 5000), 2), []);
    assert.deepEqual(remarks(after(30, 999), 30), []);
    assert.deepEqual(remarks(new IdleRules(), 30), []);
  });
});

test('inputs without user agents are remarked on', () => {
  assert.match(remarks(after(4, 1000), 4).join(), /no signal names a user agent in 4d/);
});

test('a layer that drops nothing is remarked on when many blocks are in force', () => {
  const rules = after(4, 1000, { userAgent: 'x', kind: 'call.started' });
  const idle = (dropped: number | null, blocks: number) =>
    remarks(rules, 4, dropped, blocks).filter((remark) => remark.startsWith('nftables'));
  assert.deepEqual(idle(0, 20), ['nftables has dropped no packet although 20 blocks are in force']);
  assert.deepEqual([idle(1, 20), idle(null, 20), idle(0, 9)], [[], [], []]);
});
