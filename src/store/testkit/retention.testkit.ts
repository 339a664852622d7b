import assert from 'node:assert/strict';
import { blockRow, commitOf, DAY_MS, doorKnock, eventRow, NOW, signalRow } from '../samples.testkit.ts';
import type { Kit } from '../store.testkit.ts';

const FOREVER = { signalsMs: 0, eventsMs: 0, blocksMs: 0 };

const REPUTATION = { country: 'DE', isVpn: false, isProxy: false, isTor: false, score: 70 };

export function retentionTests({ withStore }: Kit): void {
  withStore('what is older than its retention is deleted, block in force are not', async (store) => {
    const old = NOW - 2 * DAY_MS;
    await store.commit(
      commitOf({
        signals: [signalRow({ at: old }), doorKnock({ at: old }), signalRow({ at: NOW - DAY_MS })],
        events: [eventRow('old', { at: old }), eventRow('new')],
        reputations: [
          { ...REPUTATION, ip: '203.0.113.1', updatedAt: old },
          { ...REPUTATION, ip: '203.0.113.2', updatedAt: NOW },
        ],
        blocks: [
          blockRow('203.0.113.1', { blockedAt: old, expiresAt: old + 5 }),
          blockRow('203.0.113.2', { blockedAt: old, expiresAt: null }),
          blockRow('203.0.113.3', { blockedAt: old, expiresAt: old + 2 * DAY_MS }),
        ],
      }),
    );
    await store.expireBlocks(NOW, 10);
    assert.deepEqual(withRows(await store.prune(FOREVER, NOW)), {});
    assert.deepEqual(withRows(await store.prune({ ...FOREVER, eventsMs: DAY_MS }, NOW)), {
      security_events: 1,
      ip_reputation: 1,
    });
    assert.deepEqual(withRows(await store.prune({ signalsMs: DAY_MS, eventsMs: DAY_MS, blocksMs: DAY_MS }, NOW)), {
      failed_registrations: 1,
      door_knock_attempts: 1,
      blocked_ips: 1,
      hourly_sources: 1,
      hourly_accounts: 1,
      hourly_counts: 1,
    });
    assert.equal((await store.recentSignals(0, 10)).length, 1);
    assert.deepEqual(
      (await store.events({})).map((event) => event.identity),
      ['new'],
    );
    assert.equal((await store.activeBlocks(NOW)).length, 1);
    assert.equal((await store.dossier({ ip: '203.0.113.3' }, 5)).blocks.length, 1);
    assert.equal((await store.dossier({ ip: '203.0.113.7' }, 5)).failures, 1);
  });

  withStore('pruning goes in steps, between which commits get in', async (store) => {
    const signals = Array.from({ length: 20_000 }, (_, i) => signalRow({ at: NOW - DAY_MS, user: `u${i}` }));
    await store.commit(commitOf({ signals }));
    let pruned = false;
    const pruning = store.prune({ ...FOREVER, signalsMs: 1000 }, NOW).then((deleted) => {
      pruned = true;
      return deleted;
    });
    await store.commit(commitOf({ position: 1 }));
    assert.equal(pruned, false, 'the commit came before the end');
    const deleted = await pruning;
    assert.deepEqual([deleted.failed_registrations, deleted.hourly_accounts], [20_000, 20_000]);
  });
}

function withRows(deleted: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(deleted).filter(([, rows]) => rows > 0));
}
