import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silenceConfig } from './config.ts';

test('silence has safe defaults, and limits', () => {
  const day = 86_400_000;
  assert.deepEqual(silenceConfig.parse({}), {
    mode: 'alarm',
    except: [],
    'learn-for': 14 * day,
    'min-gap': 900_000,
    'one-in': 1_000_000,
    'missing-after': day / 2,
    'still-heard-after': 60_000,
  });
  for (const wrong of [
    { mode: 'enforce' },
    { 'learn-for': '1h' },
    { 'min-gap': '1m' },
    { 'one-in': 1 },
    { mod: 'off' },
  ])
    assert.equal(silenceConfig.safeParse(wrong).success, false, JSON.stringify(wrong));
});
