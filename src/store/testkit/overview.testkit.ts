import assert from 'node:assert/strict';
import { blockRow, commitOf, DAY_MS, doorKnock, eventRow, HOUR_MS, NOW, signalRow } from '../samples.testkit.ts';
import type { Kit } from '../store.testkit.ts';

const HOUR = Date.UTC(2026, 0, 15, 12);
const TEST_NET = '203.0.113';

export function overviewTests({ withStore }: Kit): void {
  withStore('an empty store has an empty overview', async (store) => {
    const stats = await store.stats(HOUR, HOUR + 1);
    const nothing = { failedRegistrations: 0, doorKnocks: 0, events: 0, blocks: 0, activeBlocks: 0, allowlisted: 0 };
    const hours = [{ hour: HOUR, failures: 0, doorKnocks: 0, events: 0, blocks: 0 }];
    assert.deepEqual(stats, { since: HOUR, until: HOUR + 1, ...nothing, topSources: [], topAccounts: [], hours });
  });

  withStore('the overview counts whole hours', async (store) => {
    await store.commit(
      commitOf({
        signals: [
          signalRow({ at: HOUR - 1, count: 100 }),
          signalRow({ at: HOUR, ip: `${TEST_NET}.1`, count: 3 }),
          signalRow({ at: HOUR + HOUR_MS - 1, ip: `${TEST_NET}.1`, user: '1002' }),
          doorKnock({ at: HOUR + HOUR_MS, ip: `${TEST_NET}.2` }),
          doorKnock({ at: HOUR + 2 * HOUR_MS, ip: `${TEST_NET}.2`, count: 50 }),
        ],
        events: [eventRow('a', { at: HOUR + 5 }), eventRow('b', { at: HOUR + 5 }), eventRow('c', { at: HOUR - 5 })],
        blocks: [blockRow(`${TEST_NET}.1`, { blockedAt: HOUR + HOUR_MS + 1, expiresAt: HOUR + 9 * HOUR_MS })],
      }),
    );
    await store.allow({ target: '192.0.2.1', description: '', createdAt: NOW, createdBy: 'operator' });
    const stats = await store.stats(HOUR + 60_000, HOUR + HOUR_MS + 60_000);
    assert.deepEqual(stats, {
      since: HOUR,
      until: HOUR + HOUR_MS + 60_000,
      failedRegistrations: 4,
      doorKnocks: 1,
      events: 2,
      blocks: 1,
      activeBlocks: 1,
      allowlisted: 1,
      topSources: [
        { ip: `${TEST_NET}.1`, failures: 4, doorKnocks: 0, lastAt: HOUR + HOUR_MS - 1 },
        { ip: `${TEST_NET}.2`, failures: 0, doorKnocks: 1, lastAt: HOUR + HOUR_MS },
      ],
      topAccounts: [
        { aor: '1001@example.com', failures: 3, sources: 1, lastAt: HOUR },
        { aor: '1002@example.com', failures: 1, sources: 1, lastAt: HOUR + HOUR_MS - 1 },
      ],
      hours: [
        { hour: HOUR, failures: 4, doorKnocks: 0, events: 2, blocks: 0 },
        { hour: HOUR + HOUR_MS, failures: 0, doorKnocks: 1, events: 0, blocks: 1 },
      ],
    });
  });

  withStore('top sources and accounts are summed over hours and days', async (store) => {
    const signals = Array.from({ length: 3000 }, (_, i) => {
      const nth = i % 60;
      // The nth source and account come up in as many hours as their number says.
      const hour = Math.floor(i / 60);
      return hour <= nth
        ? [signalRow({ at: HOUR + hour * HOUR_MS, ip: `198.51.100.${nth}`, user: `u${nth}`, domain: '' })]
        : [];
    }).flat();
    await store.commit(commitOf({ signals }));
    const { topSources, topAccounts } = await store.stats(HOUR, HOUR + 3 * DAY_MS);
    assert.equal(topSources.length, 10);
    for (const { ip, failures } of topSources) {
      assert.equal(failures, 50);
      assert.ok(Number(ip.split('.')[3]) >= 49, ip);
    }
    assert.equal(topAccounts.length, 10);
    assert.equal(topAccounts[0]?.failures, 50);
    assert.equal(topAccounts[0]?.sources, 1);
  });

  withStore('a /64 counts as one source', async (store) => {
    const signals = ['2001:db8::1', '2001:db8::2', '2001:db8:0:0:ffff::', '2001:db8:0:1::1'].map((ip) =>
      signalRow({ ip }),
    );
    await store.commit(commitOf({ signals }));
    await store.commit(commitOf({ signals }));
    const { topSources, topAccounts } = await store.stats(NOW, NOW);
    assert.deepEqual(
      topSources.map(({ ip, failures }) => [ip, failures]),
      [
        ['2001:db8::/64', 6],
        ['2001:db8:0:1::/64', 2],
      ],
    );
    assert.equal(topAccounts[0]?.sources, 4);
  });

  withStore('the dossier of an address has what was stored about it and the networks around it', async (store) => {
    await store.commit(
      commitOf({
        signals: [
          signalRow({ at: NOW - HOUR_MS, ip: `${TEST_NET}.7`, count: 2 }),
          doorKnock({ at: NOW, ip: `${TEST_NET}.7` }),
          signalRow({ at: NOW, ip: `${TEST_NET}.8` }),
        ],
        events: [
          eventRow('own', { ip: `${TEST_NET}.7`, at: NOW - 1 }),
          eventRow('around', { ip: `${TEST_NET}.0/24` }),
          eventRow('other', { ip: `${TEST_NET}.8` }),
          eventRow('none', { ip: '', aor: 'x' }),
        ],
        blocks: [
          blockRow(`${TEST_NET}.7`),
          blockRow(`${TEST_NET}.0/24`, { blockedAt: NOW + 1 }),
          blockRow(`${TEST_NET}.8`),
          blockRow(`${TEST_NET}.0/30`),
        ],
      }),
    );
    const dossier = await store.dossier({ ip: `${TEST_NET}.7` }, 10);
    assert.deepEqual(
      dossier.blocks.map((block) => block.target),
      [`${TEST_NET}.0/24`, `${TEST_NET}.7`],
    );
    assert.deepEqual(
      dossier.events.map((event) => event.identity),
      ['around', 'own'],
    );
    assert.deepEqual(
      dossier.signals.map(({ kind, at }) => [kind, at]),
      [
        ['request.refused', NOW],
        ['register.failed', NOW - HOUR_MS],
      ],
    );
    const { failures, doorKnocks, firstAt, lastAt } = dossier;
    assert.deepEqual(
      { failures, doorKnocks, firstAt, lastAt },
      { failures: 2, doorKnocks: 1, firstAt: NOW - HOUR_MS, lastAt: NOW },
    );
    assert.equal((await store.dossier({ ip: `${TEST_NET}.7` }, 1)).signals.length, 1);
  });

  withStore('the dossier of a network has the addresses in it', async (store) => {
    const signals = ['2001:db8::1', '2001:db8::2', '2001:db8:0:1::1', '2001:db9::1'].map((ip) => signalRow({ ip }));
    const blocks = [blockRow('2001:db8::/64'), blockRow('2001:db8:0:1::/64'), blockRow('2001:db9::/64')];
    await store.commit(commitOf({ signals, blocks }));
    const counts = async (ip: string) => {
      const dossier = await store.dossier({ ip }, 10);
      return [dossier.blocks.length, dossier.signals.length, dossier.failures];
    };
    assert.deepEqual(await counts('2001:db8::/32'), [2, 3, 3]);
    assert.deepEqual(await counts('2001:db8::/64'), [1, 2, 2]);
    assert.deepEqual(await counts('2001:db8::1'), [1, 1, 1]);
    assert.deepEqual(await counts('2001:db8::/127'), [1, 1, 1]);
    assert.deepEqual(await counts('192.0.2.0/24'), [0, 0, 0]);
    assert.deepEqual(await counts('no address'), [0, 0, 0]);
  });

  withStore('the dossier of an account', async (store) => {
    const signals = [
      signalRow({ at: NOW - 5 }),
      signalRow({ at: NOW, ip: '198.51.100.1' }),
      signalRow({ user: '1002' }),
    ];
    const events = [eventRow('a', { aor: '1001@example.com' }), eventRow('b', { aor: '1002@example.com' })];
    await store.commit(commitOf({ signals, events }));
    const dossier = await store.dossier({ aor: '1001@example.com' }, 10);
    assert.deepEqual(
      [dossier.failures, dossier.firstAt, dossier.lastAt, dossier.signals.length, dossier.blocks.length],
      [2, NOW - 5, NOW, 2, 0],
    );
    assert.deepEqual(
      dossier.events.map((event) => event.identity),
      ['a'],
    );
  });

  withStore('the status names the place, the version and how much is stored', async (store, { config }) => {
    await store.commit(commitOf({ signals: [signalRow(), doorKnock()], events: [eventRow('a')] }));
    const status = await store.status();
    assert.equal(status.engine, config.type);
    assert.equal(status.schemaVersion, status.latestVersion);
    assert.equal(status.rows.failed_registrations, 1);
    assert.equal(status.rows.security_events, 1);
    assert.equal(status.rows.blocked_ips, 0);
    assert.doesNotMatch(status.location, /secret/);
  });
}
