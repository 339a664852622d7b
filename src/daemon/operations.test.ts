import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { signal } from '../../test/support/signals.ts';
import { configSchema } from '../config/schema.ts';
import { Network } from '../lib/network.ts';
import { NO_GEOGRAPHY } from '../pipeline/intel.ts';
import { openEngine } from '../store/open-engine.ts';
import { SqlStore } from '../store/sql-store.ts';
import { remoteOperations } from './control-client.ts';
import { serveControl } from './control-server.ts';
import { testOperations, turnableClock, type WithBench } from './operations.testkit.ts';
import { testAccountOperations } from './operations-accounts.testkit.ts';
import type { Places } from './operations-context.ts';
import { testFlowOperations } from './operations-flows.testkit.ts';
import { impliedAllowlist, localOperations } from './operations-local.ts';
import { RecordingEngine } from './recording-engine.testkit.ts';
import { signalRow } from './records.ts';

const DAY_MS = 86_400_000;

const PLACES: Places = {
  ...NO_GEOGRAPHY,
  databases: [],
  staleAfterMs: Infinity,
  country: ({ text }) => (text === '203.0.113.7' ? 'NL' : undefined),
  networkNumber: ({ text }) => (text === '203.0.113.7' ? { asn: 64500, name: 'Example Hosting' } : undefined),
};

/** A real SQLite store in a directory of its own, and the operations over it in this process. */
const withLocal: WithBench = async (use) => {
  const stateDir = mkdtempSync(join(tmpdir(), 'sipward-operations-'));
  const { clock, time } = turnableClock();
  // In this thread: a thread for each of a hundred stories takes ten seconds.
  const store = new SqlStore(await openEngine({ type: 'sqlite', path: ':memory:' }, stateDir));
  try {
    const engine = new RecordingEngine();
    const operations = localOperations({
      store,
      engine,
      daemon: true,
      clock,
      geography: async () => PLACES,
      config: configSchema.parse({}),
      retention: { signalsMs: 30 * DAY_MS, eventsMs: 365 * DAY_MS, blocksMs: 365 * DAY_MS },
      stateDir,
      exemptsAccount: (aor) => aor === 'lift@example.com',
      implied: () => impliedAllowlist([Network.parse('198.51.100.0/24')!], { backEnds: [], trunks: [], own: [] }),
    });
    await use({ operations, engine, store, time });
  } finally {
    await store.close();
    rmSync(stateDir, { recursive: true });
  }
};

/** The same, asked through a real control socket. */
const withRemote: WithBench = (use) =>
  withLocal(async (bench) => {
    const stateDir = mkdtempSync(join(tmpdir(), 'sipward-control-'));
    const unexpected: unknown[] = [];
    try {
      await using _server = await serveControl(bench.operations, stateDir, (error) => unexpected.push(error));
      await use({ ...bench, operations: remoteOperations(stateDir) });
    } finally {
      rmSync(stateDir, { recursive: true });
    }
    if (unexpected.length > 0) throw unexpected[0];
  });

for (const [name, withBench] of [
  ['in process', withLocal],
  ['over the control socket', withRemote],
] as const) {
  testOperations(name, withBench);
  testAccountOperations(name, withBench);
  testFlowOperations(name, withBench);
}

test('a block decided a moment ago, which the store does not know yet, is ended in the store, too', () =>
  withLocal(async ({ operations, engine, store, time }) => {
    const decided = (target: string) => async () => {
      engine.unwritten = undefined;
      const { now } = time;
      const row = { target, reason: 'scans', blockedAt: now, expiresAt: now + DAY_MS, automatic: true, by: 'scanner' };
      await store.addBlocks([row]);
    };
    engine.unwritten = decided('203.0.113.7');
    assert.equal((await operations.unblock({ address: '203.0.113.0/24' })).lifted.length, 1);
    engine.unwritten = decided('203.0.113.8');
    assert.equal((await operations.allowAdd({ entries: [{ address: '203.0.113.8' }] })).lifted.length, 1);
    assert.deepEqual((await operations.blocks({})).blocks, []);
  }));

test('a block that the store cannot take works, and says that a restart forgets it', () =>
  withLocal(async ({ operations, engine, store }) => {
    store.addBlocks = () => Promise.reject(new Error('sipward.db: database or disk is full'));
    const { changed, notes } = await operations.block({ address: '203.0.113.7', reason: 'test', by: 'ann' });
    assert.ok(changed && engine.blocks.has('203.0.113.7'));
    assert.match(notes.join(), /not recorded, so a restart of sipward forgets it: .*disk is full/);
    await operations.unblock({ address: '203.0.113.7', reason: 'test', by: 'ann' });
    assert.ok(!engine.blocks.has('203.0.113.7'));
  }));

test('so does an account that is disabled', () =>
  withLocal(async ({ operations, engine, store }) => {
    store.disableAccounts = () => Promise.reject(new Error('sipward.db: database or disk is full'));
    const { changed, notes } = await operations.disable({ account: '1001@example.com' });
    assert.ok(changed && engine.disabled.has('1001@example.com'));
    assert.match(notes.join(), /not recorded, so a restart of sipward forgets it: .*disk is full/);
  }));

test('why of an address: where it is, whose network it is in, and how bad it has been', async () => {
  await withLocal(async ({ operations, store }) => {
    const known = { ip: '203.0.113.7', country: 'NL', isVpn: false, isProxy: false, isTor: false, updatedAt: 1000 };
    const commit = { source: 'test', position: null, signals: [], events: [], blocks: [] };
    await store.commit({ ...commit, reputations: [{ ...known, score: 70 }] });
    const { origin, score } = await operations.why({ subject: '203.0.113.7' });
    assert.deepEqual([origin, score], [{ country: 'NL', asn: 64500, network: 'Example Hosting' }, 70]);
    const other = await operations.why({ subject: '203.0.113.8' });
    assert.deepEqual([other.origin, other.score], [{ country: null, asn: null, network: null }, null]);
    assert.equal((await operations.why({ subject: '1001@example.com' })).origin, null);
  });
});

test('the top sources come with their country', async () => {
  await withLocal(async ({ operations, store, time }) => {
    const signals = ['203.0.113.7', '2001:db8::7'].flatMap(
      (ip) => signalRow(signal({ ip, at: time.now - 1000 })) ?? [],
    );
    await store.commit({ source: 'test', position: null, signals, events: [], blocks: [] });
    const { topSources } = await operations.stats({});
    assert.deepEqual(topSources.map(({ ip, country }) => [ip, country]).sort(), [
      ['2001:db8::/64', null],
      ['203.0.113.7', 'NL'],
    ]);
  });
});
