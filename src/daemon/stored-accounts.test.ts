import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOW } from '../../test/support/signals.ts';
import { policyConfig } from '../policy/config.ts';
import { Policy } from '../policy/policy.ts';
import { openStore } from '../store/open-store.ts';
import type { DisabledRow, Store } from '../store/store.ts';
import { disabledAccounts, expireStored, restoreDisabled } from './stored-accounts.ts';

const HOUR_MS = 3_600_000;
const row = (aor: string, sketch: Partial<DisabledRow> = {}): DisabledRow => {
  const by = { automatic: true, by: 'toll-fraud' };
  return { aor, reason: 'test', disabledAt: NOW, expiresAt: NOW + HOUR_MS, ...by, ...sketch };
};

async function withParts(use: (parts: Awaited<ReturnType<typeof make>>) => Promise<void>) {
  const parts = await make();
  try {
    await use(parts);
  } finally {
    await parts.store.close();
  }
}

async function make() {
  const store = await openStore({ type: 'sqlite', path: ':memory:' }, { stateDir: '.' });
  const config = policyConfig.parse({ accounts: { allowlist: ['lift@example.com', 'alarm.example.com'] } });
  const policy = new Policy({ config, dryRunDetectors: [] });
  const logged: string[] = [];
  const say = (_fields: object, message: string) => void logged.push(message);
  const time = { now: NOW };
  const log = { info: say };
  return { store, policy, log, logged, time, clock: () => time.now };
}

const enabledEvents = async (store: Store) =>
  (await store.events({ type: 'account_enabled' })).map(({ aor, at, description }) => [aor, at, description]);

test('what was disabled is in force after a start, and known to policy', () =>
  withParts(async (parts) => {
    await parts.store.disableAccounts([row('a@b'), row('c@d', { expiresAt: null }), row('over@b', { expiresAt: NOW })]);
    assert.deepEqual(await restoreDisabled(parts, true), [
      { aor: 'a@b', expiresAt: NOW + HOUR_MS },
      { aor: 'c@d', expiresAt: undefined },
    ]);
    assert.equal(parts.policy.state().tracked, 2);
    assert.deepEqual(await enabledEvents(parts.store), []);
  }));

test('who was put on the allowlist meanwhile is enabled, and so is who was only disabled in a dry run', () =>
  withParts(async (parts) => {
    const rehearsed = row('a@b', { by: 'toll-fraud (dry run)' });
    await parts.store.disableAccounts([rehearsed, row('lift@example.com'), row('7@alarm.example.com')]);
    assert.deepEqual(await restoreDisabled(parts, false), [{ aor: 'a@b', expiresAt: NOW + HOUR_MS }]);
    assert.deepEqual(await restoreDisabled(parts, true), []);
    assert.deepEqual((await enabledEvents(parts.store)).toSorted(), [
      ['7@alarm.example.com', NOW, 'put on the allowlist'],
      ['a@b', NOW, 'decided in a dry run, ended as enforcement began'],
      ['lift@example.com', NOW, 'put on the allowlist'],
    ]);
    assert.deepEqual(await Array.fromAsync(disabledAccounts(parts.store, NOW)), []);
  }));

test('what is over is marked with its own end, once', () =>
  withParts(async (parts) => {
    await parts.store.disableAccounts([row('a@b')]);
    await expireStored(parts);
    assert.deepEqual(parts.logged, []);
    parts.time.now += HOUR_MS + 700;
    await expireStored(parts);
    await expireStored(parts);
    assert.deepEqual(await enabledEvents(parts.store), [['a@b', NOW + HOUR_MS, 'its time was up']]);
    assert.equal(parts.logged.length, 1);
  }));
