import assert from 'node:assert/strict';
import { blockRow, HOUR_MS, NOW } from '../samples.testkit.ts';
import type { Kit } from '../store.testkit.ts';

const MANUAL = { automatic: false, by: 'operator', reason: 'by hand' };

export function blockTests({ withStore }: Kit): void {
  withStore('a block comes back as it was', async (store) => {
    const blocks = [blockRow('203.0.113.7'), blockRow('2001:db8::/64', { expiresAt: null, ...MANUAL })];
    await store.addBlocks(blocks);
    const active = await store.activeBlocks(NOW);
    assert.deepEqual(
      active,
      blocks.map((block, i) => ({ ...block, id: active[i]?.id, unblockedAt: null, unblockReason: null })),
    );
  });

  withStore('flows of an address are blocks of their own, found and lifted with it', async (store) => {
    const flows = ['udp:203.0.113.7:5071', 'tcp:203.0.113.7:5071', 'udp:203.0.113.7:5072', 'tcp:[2001:db8::1]:5061'];
    await store.addBlocks(flows.map((target) => blockRow(target)));
    await store.addBlocks([blockRow('203.0.113.7', { expiresAt: NOW + 10 }), blockRow(flows[0]!, { expiresAt: null })]);
    const ends = (await store.activeBlocks(NOW)).map(({ target, expiresAt }) => [target, expiresAt]);
    const later = NOW + HOUR_MS;
    assert.deepEqual(ends, [...flows.map((flow, i) => [flow, i === 0 ? null : later]), ['203.0.113.7', NOW + 10]]);
    const on = async (target: string) => (await store.activeBlocksOn([target], NOW)).map((row) => row.target).sort();
    assert.deepEqual(await on('203.0.113.7'), ['203.0.113.7', ...flows.slice(0, 3)].sort());
    assert.deepEqual(await on('2001:db8::/64'), [flows[3]]);
    assert.deepEqual(await on('203.0.113.8'), []);
    assert.deepEqual((await store.endBlocks(['203.0.113.7', flows[1]!], NOW, 'x')).map((row) => row.target).sort(), [
      '203.0.113.7',
      flows[1],
    ]);
    assert.deepEqual(await on('203.0.113.7'), [flows[0], flows[2]]);
    const { blocks } = await store.dossier({ ip: '203.0.113.7' }, 10);
    assert.deepEqual(blocks.map((row) => row.target).sort(), ['203.0.113.7', ...flows.slice(0, 3)].sort());
    const history = new Map((await store.blockHistory(0)).map(({ target, times }) => [target, times]));
    assert.deepEqual([history.get(flows[2]!), history.get('203.0.113.7')], [1, undefined]);
    const over = await store.expireBlocks(later, 10);
    assert.deepEqual(over.map((row) => row.target).sort(), [flows[2], flows[3]].sort());
  });

  withStore('an active block is extended, never shortened, and never doubled', async (store) => {
    const ends = async () => (await store.activeBlocks(NOW)).map((block) => [block.expiresAt, block.by]);
    await store.addBlocks([blockRow('203.0.113.7', { expiresAt: NOW + 10 })]);
    await store.addBlocks([blockRow('203.0.113.7', { expiresAt: NOW + 5, ...MANUAL })]);
    assert.deepEqual(await ends(), [[NOW + 10, 'brute-force']]);
    await store.addBlocks([blockRow('203.0.113.7', { blockedAt: NOW + 3, expiresAt: NOW + 20, ...MANUAL })]);
    assert.deepEqual(await ends(), [[NOW + 20, 'operator']]);
    await store.addBlocks([blockRow('203.0.113.7', { expiresAt: null })]);
    await store.addBlocks([blockRow('203.0.113.7', { expiresAt: NOW + 99 })]);
    assert.deepEqual(await ends(), [[null, 'brute-force']]);
    assert.equal((await store.activeBlocks(NOW))[0]?.blockedAt, NOW);
  });

  withStore('blocks are found by what they share with an address or network', async (store) => {
    const targets = ['203.0.113.7', '203.0.113.0/24', '203.0.0.0/16', '203.0.114.1', '2001:db8::/64'];
    await store.addBlocks([
      ...targets.map((target) => blockRow(target, { expiresAt: NOW + 10 })),
      blockRow('203.0.113.8', { expiresAt: NOW + 1 }),
    ]);
    await store.endBlocks(['203.0.0.0/16'], NOW, 'lifted');
    const on = async (...named: string[]) =>
      (await store.activeBlocksOn(named, NOW + 1)).map((one) => one.target).sort();
    assert.deepEqual(await on('203.0.113.7'), ['203.0.113.0/24', '203.0.113.7']);
    assert.deepEqual(await on('203.0.113.8'), ['203.0.113.0/24']);
    assert.deepEqual(await on('203.0.113.0/25'), ['203.0.113.0/24', '203.0.113.7']);
    assert.deepEqual(await on('203.0.112.0/22'), ['203.0.113.0/24', '203.0.113.7', '203.0.114.1']);
    assert.deepEqual(await on('2001:db8::9', '203.0.114.1'), ['2001:db8::/64', '203.0.114.1']);
    assert.deepEqual(await on('2001:db8::/32', '2001:db8::/48'), ['2001:db8::/64']);
    assert.deepEqual(await on('198.51.100.1', '::/0'), ['2001:db8::/64']);
    assert.deepEqual(await on(), []);
  });

  withStore('the same target twice in one batch is one block with the longer time', async (store) => {
    await store.addBlocks([
      blockRow('203.0.113.7', { expiresAt: NOW + 5 }),
      blockRow('203.0.113.7', { expiresAt: NOW + 9 }),
      blockRow('203.0.113.7', { expiresAt: NOW + 7 }),
    ]);
    assert.deepEqual(
      (await store.activeBlocks(NOW)).map((block) => block.expiresAt),
      [NOW + 9],
    );
  });

  withStore('a target whose block ran out is blocked anew, and its history keeps both', async (store) => {
    await store.addBlocks([blockRow('203.0.113.7', { expiresAt: NOW + 10 })]);
    await store.addBlocks([blockRow('203.0.113.7', { blockedAt: NOW + 11, expiresAt: NOW + 30 })]);
    const { blocks } = await store.dossier({ ip: '203.0.113.7' }, 10);
    assert.deepEqual(
      blocks.map((block) => [block.blockedAt, block.unblockedAt, block.unblockReason]),
      [
        [NOW + 11, null, null],
        [NOW, NOW + 10, 'expired'],
      ],
    );
  });

  withStore('active blocks are paged by id', async (store) => {
    await store.addBlocks([
      blockRow('203.0.113.1'),
      blockRow('203.0.113.2', { expiresAt: NOW + 1 }),
      blockRow('203.0.113.3', { expiresAt: null }),
      blockRow('203.0.113.4'),
    ]);
    const [first] = await store.activeBlocks(NOW + 1, undefined, 1);
    assert.equal(first?.target, '203.0.113.1');
    const rest = await store.activeBlocks(NOW + 1, first?.id);
    assert.deepEqual(
      rest.map((block) => block.target),
      ['203.0.113.3', '203.0.113.4'],
    );
    assert.deepEqual(await store.activeBlocks(NOW + 1, rest.at(-1)?.id), []);
    const all = [first, ...rest].map((block) => block?.id);
    const [newest] = await store.activeBlocks(NOW + 1, 0, 1, 'newest');
    const older = await store.activeBlocks(NOW + 1, newest?.id, 10, 'newest');
    assert.deepEqual(
      [newest, ...older].map((block) => block?.id),
      all.toReversed(),
    );
  });

  withStore('ending ends exactly the targets named, if active', async (store) => {
    await store.addBlocks([
      blockRow('203.0.113.0/24'),
      blockRow('203.0.113.7'),
      blockRow('203.0.113.8', { expiresAt: NOW + 1 }),
    ]);
    const ended = await store.endBlocks(['203.0.113.7', '203.0.113.8', '198.51.100.1'], NOW + 5, 'mistake');
    assert.deepEqual(
      ended.map((block) => [block.target, block.unblockedAt, block.unblockReason]),
      [['203.0.113.7', NOW + 5, 'mistake']],
    );
    assert.deepEqual(
      (await store.activeBlocks(NOW + 5)).map((block) => block.target),
      ['203.0.113.0/24'],
    );
    assert.deepEqual(await store.endBlocks(['203.0.113.7'], NOW + 6, 'again'), []);
    assert.deepEqual(await store.endBlocks([], NOW, 'none'), []);
  });

  withStore('blocks expire at their time, however late that is noticed', async (store) => {
    await store.addBlocks([
      blockRow('203.0.113.1', { expiresAt: NOW + 3 }),
      blockRow('203.0.113.2', { expiresAt: NOW + 1 }),
      blockRow('203.0.113.3', { expiresAt: NOW + 9 }),
      blockRow('203.0.113.4', { expiresAt: null }),
    ]);
    assert.deepEqual(await store.expireBlocks(NOW, 10), []);
    const [first, ...more] = await store.expireBlocks(NOW + 5, 1);
    assert.deepEqual([first?.target, first?.unblockedAt, first?.unblockReason], ['203.0.113.2', NOW + 1, 'expired']);
    assert.deepEqual(more, []);
    assert.deepEqual(
      (await store.expireBlocks(NOW + 5, 10)).map((block) => block.target),
      ['203.0.113.1'],
    );
    assert.deepEqual(await store.expireBlocks(NOW + 5, 10), []);
    assert.equal((await store.activeBlocks(NOW + 5)).length, 2);
  });

  withStore('the history counts automatic blocks since a time that nobody lifted', async (store) => {
    const again = (target: string, at: number, more = {}) =>
      store.addBlocks([blockRow(target, { blockedAt: at, expiresAt: at + 10, ...more })]);
    await again('203.0.113.1', NOW - HOUR_MS);
    await again('203.0.113.1', NOW);
    await again('203.0.113.1', NOW + 100, { forgeable: true });
    await again('203.0.113.2', NOW + 100, MANUAL);
    await again('203.0.113.3', NOW, { expiresAt: null });
    await store.expireBlocks(NOW + 110, 10);
    await again('203.0.113.1', NOW + 200);
    await again('203.0.113.4', NOW + 200);
    assert.equal((await store.endBlocks(['203.0.113.1', '203.0.113.4'], NOW + 205, 'mistake')).length, 2);
    const history = [...(await store.blockHistory(NOW))].sort((a, b) => a.target.localeCompare(b.target));
    assert.deepEqual(history, [
      { target: '203.0.113.1', times: 2, trusted: 1, lastEnd: NOW + 110 },
      { target: '203.0.113.3', times: 1, trusted: 1, lastEnd: Date.UTC(9999, 11, 31, 23, 59, 59, 999) },
    ]);
  });

  withStore('20,000 blocks are written, paged through and expired', async (store) => {
    const blocks = Array.from({ length: 20_000 }, (_, i) =>
      blockRow(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, { expiresAt: NOW + 1 }),
    );
    await store.addBlocks(blocks);
    let seen = 0;
    let last: number | undefined;
    for (;;) {
      const page = await store.activeBlocks(NOW, last);
      if (page.length === 0) break;
      seen += page.length;
      last = page.at(-1)?.id;
    }
    assert.equal(seen, 20_000);
    assert.equal((await store.expireBlocks(NOW + 1, 15_000)).length, 15_000);
    assert.equal((await store.expireBlocks(NOW + 1, 15_000)).length, 5000);
  });

  withStore('the allowlist keeps one entry a target', async (store) => {
    const entry = { target: '192.0.2.0/24', description: 'trunk', createdAt: NOW, createdBy: 'operator' };
    assert.equal(await store.allow(entry), true);
    assert.equal(await store.allow({ ...entry, description: 'our trunk', createdAt: NOW + 1 }), false);
    assert.equal(await store.allow({ ...entry, target: '2001:db8::/32' }), true);
    assert.deepEqual(await store.allowlist(), [
      { ...entry, description: 'our trunk' },
      { ...entry, target: '2001:db8::/32' },
    ]);
    assert.equal(await store.disallow('192.0.2.0/24'), true);
    assert.equal(await store.disallow('192.0.2.0/24'), false);
    assert.equal((await store.allowlist()).length, 1);
  });
}
