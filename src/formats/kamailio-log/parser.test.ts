import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testSamples } from '../samples.testkit.ts';
import { kamailioLog } from './parser.ts';

testSamples(kamailioLog, new URL('./samples.log', import.meta.url));

test('among relayed lines, what looks like standard error is the rest of one', () => {
  const direct =
    ' 1(15505) WARNING: pike [pike_funcs.c:135]: pike_check_ipaddr(): PIKE - BLOCKing ip 192.0.2.99, node=0x1';
  const relayed = 'Feb 22 10:00:00 sbc /usr/sbin/kamailio[15505]: INFO: {1 1 INVITE c';
  const parser = kamailioLog.parser({ sensor: 'edge', now: () => Date.UTC(2026, 1, 22, 12) });
  const believed = [direct, relayed, direct].map((line) => typeof parser.parse(line) === 'object');
  assert.deepEqual(believed, [true, false, false]);
});
