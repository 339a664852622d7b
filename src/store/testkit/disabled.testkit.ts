import assert from 'node:assert/strict';
import { commitOf, DAY_MS, HOUR_MS, NOW } from '../samples.testkit.ts';
import type { Kit } from '../store.testkit.ts';
import type { DisabledRow } from '../store.ts';

function row(aor: string, sketch: Partial<DisabledRow> = {}): DisabledRow {
  const by = { automatic: true, by: 'toll-fraud' };
  return { aor, reason: 'toll fraud', disabledAt: NOW, expiresAt: NOW + HOUR_MS, ...by, ...sketch };
}

export function disabledTests({ withStore }: Kit): void {
  withStore('a disabled account comes back as it was', async (store) => {
    const rows = [
      row('1001@example.com'),
      row('zoë o\'neil"@example.com', { expiresAt: null, automatic: false, by: 'ann' }),
    ];
    await store.commit(commitOf({ disabled: rows }));
    const active = await store.disabledAccounts(NOW);
    assert.deepEqual(
      active,
      rows.map((one, i) => ({ ...one, id: active[i]?.id, enabledAt: null, enableReason: null })),
    );
    assert.deepEqual(await store.disabledAccount('1001@example.com', NOW), active[0]);
    assert.equal(await store.disabledAccount('1002@example.com', NOW), null);
    const [first] = await store.disabledAccounts(NOW, 0, 1);
    assert.deepEqual(await store.disabledAccounts(NOW, first?.id), active.slice(1));
  });

  withStore('the time of a disabled account is extended, never shortened, and never doubled', async (store) => {
    const ends = async () => (await store.disabledAccounts(NOW)).map((one) => [one.expiresAt, one.by]);
    await store.disableAccounts([row('a@b', { expiresAt: NOW + 10 }), row('a@b', { expiresAt: NOW + 9, by: 'x' })]);
    assert.deepEqual(await ends(), [[NOW + 10, 'toll-fraud']]);
    await store.disableAccounts([row('a@b', { disabledAt: NOW + 3, expiresAt: NOW + 20, by: 'ann' })]);
    assert.deepEqual(await ends(), [[NOW + 20, 'ann']]);
    await store.disableAccounts([row('a@b', { expiresAt: null }), row('a@b', { expiresAt: NOW + 99 })]);
    assert.deepEqual(await ends(), [[null, 'toll-fraud']]);
  });

  withStore('an account is enabled by hand or by time, and its history keeps both', async (store) => {
    await store.disableAccounts([row('a@b', { expiresAt: NOW + 10 }), row('c@d', { expiresAt: null })]);
    assert.deepEqual(await store.expireDisabled(NOW + 9, 10), []);
    assert.equal(await store.disabledAccount('a@b', NOW + 10), null, 'its time is up before anybody marks it');
    const [expired] = await store.expireDisabled(NOW + 50, 10);
    assert.deepEqual([expired?.aor, expired?.enabledAt, expired?.enableReason], ['a@b', NOW + 10, 'expired']);
    const enabled = await store.enableAccounts(['c@d', 'a@b', 'e@f'], NOW + 60, 'new password');
    assert.deepEqual(
      enabled.map((one) => [one.aor, one.enabledAt, one.enableReason]),
      [['c@d', NOW + 60, 'new password']],
    );
    assert.deepEqual(await store.enableAccounts([], NOW, ''), []);
    assert.deepEqual(await store.disabledAccounts(NOW + 60), []);
    await store.disableAccounts([row('a@b', { disabledAt: NOW + 70, expiresAt: null })]);
    const { disabled } = await store.dossier({ aor: 'A@B' }, 10);
    assert.deepEqual(
      disabled.map((one) => [one.disabledAt, one.enabledAt]),
      [
        [NOW + 70, null],
        [NOW, NOW + 10],
      ],
    );
  });

  withStore('an account whose time ran out unmarked is disabled anew', async (store) => {
    await store.disableAccounts([row('a@b', { expiresAt: NOW + 10 })]);
    await store.disableAccounts([row('a@b', { disabledAt: NOW + 11, expiresAt: NOW + 30 })]);
    assert.deepEqual(
      (await store.disabledAccounts(NOW + 12)).map((one) => one.disabledAt),
      [NOW + 11],
    );
  });

  withStore('ended rows are pruned with the blocks, those in force are not', async (store) => {
    const old = NOW - 2 * DAY_MS;
    await store.disableAccounts([
      row('a@b', { disabledAt: old, expiresAt: old + 5 }),
      row('c@d', { disabledAt: old, expiresAt: null }),
    ]);
    await store.expireDisabled(NOW, 10);
    const deleted = await store.prune({ signalsMs: 0, eventsMs: 0, blocksMs: DAY_MS }, NOW);
    assert.equal(deleted.disabled_accounts, 1);
    assert.equal((await store.disabledAccounts(NOW)).length, 1);
  });
}
