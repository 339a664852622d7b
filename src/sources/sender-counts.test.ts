import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SenderCounts } from './sender-counts.ts';

test('senders are counted, and no more than can be', () => {
  const counts = new SenderCounts();
  counts.add('192.0.2.1', 2);
  counts.add('192.0.2.1', 3);
  assert.deepEqual([...counts.all()], [['192.0.2.1', 5]]);
  for (let i = 0; i < 1000; i++) counts.add(`198.51.100.${i}`, 1);
  assert.ok(counts.all().size <= 64);
});
