import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { storeConfig } from './config.ts';
import { openStore } from './open-store.ts';

test('what was committed is there after closing and opening again', async () => {
  const stateDir = await mkdtemp(join(tmpdir(), 'sipward-store-'));
  const config = storeConfig.parse(undefined);
  const first = await openStore(config, { stateDir });
  await first.commit({ source: 'log', position: { offset: 7 }, signals: [], events: [], blocks: [] });
  await first.close();
  const second = await openStore(config, { stateDir });
  assert.deepEqual(await second.positions(), { log: { offset: 7 } });
  await second.close();
  await assert.rejects(second.positions(), { code: 'store_closed', retryable: false });
  await rm(stateDir, { recursive: true });
});
