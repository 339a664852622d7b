import assert from 'node:assert/strict';
import { openStore } from '../open-store.ts';
import { blockRow, commitOf, doorKnock, eventRow, NOW, signalRow } from '../samples.testkit.ts';
import type { Kit } from '../store.testkit.ts';

export function commitTests({ withStore, withDatabase }: Kit): void {
  withStore('signals come back as they were, oldest first, the newest if too many', async (store) => {
    const signals = [
      signalRow({ at: NOW - 3, ip: '2001:db8::1', port: 0, transport: 'tls', proven: 'yes', expires: -1, count: 4 }),
      doorKnock({ at: NOW - 2, requestUri: 'sip:900441234@example.com', reason: 'dial_probe', proven: 'unknown' }),
      doorKnock({ at: NOW - 1, kind: 'malformed', reason: 'malformed', user: '', domain: '', callId: '' }),
      signalRow({ at: NOW, ip: '198.51.100.255', status: 603, reason: 'Decline', transport: 'unknown' }),
    ];
    await store.commit(commitOf({ signals: [signals[2], signals[0], signals[3], signals[1]].map((s) => s!) }));
    assert.deepEqual(await store.recentSignals(NOW - 3, 10), signals);
    assert.deepEqual(await store.recentSignals(NOW - 2, 10), signals.slice(1));
    assert.deepEqual(await store.recentSignals(NOW - 3, 2), signals.slice(2));
    assert.deepEqual(await store.recentSignals(NOW + 1, 10), []);
  });

  withStore('a large commit is written whole', async (store) => {
    const signals = Array.from({ length: 1234 }, (_, i) =>
      signalRow({ at: NOW + i, user: `u${i}`, ip: `203.0.${i >> 8}.${i & 255}` }),
    );
    await store.commit(commitOf({ signals }));
    assert.deepEqual(await store.recentSignals(NOW, 5000), signals);
  });

  withStore('positions are per source and the last one counts', async (store) => {
    assert.deepEqual(await store.positions(), {});
    await store.commit(commitOf({ source: 'a', position: { file: 'x', offset: 1 } }));
    await store.commit(commitOf({ source: 'b', position: null }));
    await store.commit(commitOf({ source: 'a', position: { file: 'x', offset: 2 } }));
    assert.deepEqual(await store.positions(), { a: { file: 'x', offset: 2 }, b: null });
  });

  withStore('the events and blocks of input read twice are stored once', async (store) => {
    const commit = commitOf({ events: [eventRow('bf 203.0.113.7 1')], blocks: [blockRow('203.0.113.7')] });
    await store.commit(commit);
    await store.commit({ ...commit, events: [...commit.events, eventRow('bf 203.0.113.7 2')] });
    assert.deepEqual(
      (await store.events({})).map((event) => event.identity),
      ['bf 203.0.113.7 2', 'bf 203.0.113.7 1'],
    );
    assert.equal((await store.activeBlocks(NOW)).length, 1);
    const stats = await store.stats(NOW, NOW);
    assert.deepEqual([stats.events, stats.blocks, stats.activeBlocks], [2, 1, 1]);
  });

  withStore('a commit is written whole or not at all', async (store) => {
    const bad = commitOf({
      position: 1,
      signals: [signalRow()],
      events: [eventRow('one')],
      blocks: [blockRow('203.0.113.7'), blockRow('no address')],
    });
    await assert.rejects(store.commit(bad), {
      name: 'StoreError',
      code: 'store_failed',
      retryable: false,
      message: /block\.target: expected an address, a network or a flow, got "no address"/,
    });
    assert.deepEqual(await store.positions(), {});
    assert.deepEqual(await store.recentSignals(0, 10), []);
    assert.deepEqual(await store.events({}), []);
    assert.deepEqual(await store.activeBlocks(NOW), []);
    assert.equal((await store.stats(NOW, NOW)).failedRegistrations, 0);
    await store.commit({ ...bad, blocks: [] });
    assert.deepEqual(await store.positions(), { edge: 1 });
  });

  withDatabase('two processes write at a time, and every row is counted', async ({ config, stateDir }) => {
    const stores = [await openStore(config, { stateDir }), await openStore(config, { stateDir })] as const;
    const rounds = Array.from({ length: 20 }, (_, i) => i);
    await Promise.all(
      stores.flatMap((store, writer) =>
        rounds.map((round) =>
          store.commit(
            commitOf({
              source: `writer ${writer}`,
              position: round,
              signals: [signalRow(), doorKnock({ ip: '198.51.100.1' }), doorKnock({ ip: '198.51.100.2' })],
              events: [eventRow(`shared ${round}`)],
              blocks: [blockRow('198.51.100.1', { expiresAt: NOW + 1 + round }), blockRow('198.51.100.2')],
            }),
          ),
        ),
      ),
    );
    const stats = await stores[0].stats(NOW, NOW);
    assert.equal(stats.failedRegistrations, 40);
    assert.equal(stats.doorKnocks, 80);
    assert.equal(stats.events, 20);
    assert.equal(stats.blocks, 2);
    const blocks = await stores[1].activeBlocks(NOW);
    assert.deepEqual(blocks.map((block) => block.target).sort(), ['198.51.100.1', '198.51.100.2']);
    for (const store of stores) await store.close();
  });
}
