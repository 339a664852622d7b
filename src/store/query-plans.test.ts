/** Every question is answered by an index: the plans that SQLite makes for the queries really asked. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { type CompiledQuery, Kysely, SqliteDialect } from 'kysely';
import { addAllowed, readAllowed, removeAllowed } from './allow-table.ts';
import { automaticSince, endTargets, expire, readActive, upsertBlocks } from './block-table.ts';
import { campaignsOf, campaignsOfBlocked, joinCampaigns, recentCampaigns } from './campaigns.ts';
import { readPositions, writePosition } from './checkpoint-table.ts';
import { Counters } from './counters.ts';
import { enableActive, expireDisabled, readDisabled, readDisabledAccount, upsertDisabled } from './disabled-table.ts';
import { dossierOfAccount, dossierOfAddress } from './dossier.ts';
import type { Engine } from './engine.ts';
import { findEvents, insertEvents, markResolved } from './event-table.ts';
import { findFolded } from './folded-events.ts';
import { openEngine } from './open-engine.ts';
import { pruneAll } from './prune.ts';
import { readRecent } from './recent-signals.ts';
import { blockRow, eventRow, NOW, signalRow } from './samples.testkit.ts';
import type { Schema } from './schema.ts';
import { insertSignals } from './signal-table.ts';
import { SQLITE } from './sqlite/dialect.ts';
import { KyselyDatabase } from './sqlite/kysely-database.ts';
import { readStats } from './stats.ts';
import { readStatus } from './status.ts';
import { topAccounts } from './top-accounts.ts';
import { candidates } from './top-of-hours.ts';
import { topSources } from './top-sources.ts';

type Db = Kysely<Schema>;

const HOURS = [SQLITE.time(NOW)];

const QUESTIONS: Readonly<Record<string, (db: Db, engine: Engine) => Promise<unknown>>> = {
  'recent signals': (db) => readRecent(db, SQLITE, NOW, 10),
  'newest events': (db) => findEvents(db, SQLITE, {}),
  'events since': (db) => findEvents(db, SQLITE, { since: NOW }),
  'events of a type': (db) => findEvents(db, SQLITE, { type: 'flood_detected', since: NOW }),
  'events of a severity': (db) => findEvents(db, SQLITE, { severity: 'critical' }),
  'events resolved': (db) => findEvents(db, SQLITE, { resolved: true }),
  'events of an address': (db) => findEvents(db, SQLITE, { source: '203.0.113.7' }),
  'events of a campaign': (db) => findEvents(db, SQLITE, { campaign: 'c-7f3k2p' }),
  'events of no campaign': (db) => findEvents(db, SQLITE, { campaign: null }),
  'events folded': (db) => findFolded(db, SQLITE, { since: NOW }),
  'events of a type folded': (db) => findFolded(db, SQLITE, { type: 'flood_detected', limit: 1 }),
  'campaigns of late': (db) => recentCampaigns(db, SQLITE, NOW, 10),
  'campaigns by id': (db) => campaignsOf(db, SQLITE, ['c-7f3k2p', 'c-bbbbbb']),
  'campaigns of the blocked': (db) => campaignsOfBlocked(db, ['203.0.113.7', '203.0.113.8']),
  'events joined': (db) => joinCampaigns(db, [{ campaign: 'c-7f3k2p', identity: 'x' }]),
  'an event resolved': (db) => markResolved(db, SQLITE, { id: 1 }, NOW, 'x'),
  'an event resolved by its identity': (db) => markResolved(db, SQLITE, { identity: 'x' }, NOW, 'x'),
  'an event added': (db) => insertEvents(db, SQLITE, [eventRow('x')], new Counters()),
  'signals added': (db) => insertSignals(db, SQLITE, [signalRow()]),
  'active blocks': (db) => readActive(db, SQLITE, NOW, 0, 10, 'oldest'),
  'newest blocks': (db) => readActive(db, SQLITE, NOW, 0, 10, 'newest'),
  'blocks added': (db) => upsertBlocks(db, SQLITE, [blockRow('203.0.113.9')], new Counters()),
  'blocks extended': (db) => upsertBlocks(db, SQLITE, [blockRow('203.0.113.9', { expiresAt: null })], new Counters()),
  'blocks ended': (db) => endTargets(db, SQLITE, ['203.0.113.9'], NOW, ''),
  'blocks expired': (db) => expire(db, SQLITE, NOW + 1e9, 10),
  'history of blocks': (db) => automaticSince(db, SQLITE, NOW),
  'disabled accounts': (db) => readDisabled(db, SQLITE, NOW, 0, 10),
  'a disabled account': (db) => readDisabledAccount(db, SQLITE, 'a@b', NOW),
  'accounts disabled': async (db) => {
    const row = { aor: 'a@b', reason: '', disabledAt: NOW, expiresAt: NOW, automatic: true, by: '' };
    await upsertDisabled(db, SQLITE, [row, { ...row, expiresAt: null }]);
  },
  'accounts enabled': (db) => enableActive(db, SQLITE, ['a@b'], NOW, ''),
  'accounts expired': (db) => expireDisabled(db, SQLITE, NOW + 1e9, 10),
  allowlist: async (db) => {
    const entry = { target: '192.0.2.1', description: '', createdAt: NOW, createdBy: '' };
    await addAllowed(db, SQLITE, entry);
    await addAllowed(db, SQLITE, entry);
    await removeAllowed(db, '192.0.2.1');
  },
  'dossier of an address': (db) => dossierOfAddress(db, SQLITE, '203.0.113.7', 10),
  'dossier of an account': (db) => dossierOfAccount(db, SQLITE, '1001@example.com', 10),
  overview: (db) => readStats(db, SQLITE, NOW, NOW),
  'top sources': (db) => topSources(db, SQLITE, HOURS),
  'top accounts': (db) => topAccounts(db, SQLITE, HOURS),
  candidates: (db) =>
    candidates(db, HOURS, {
      ofHour: 'SELECT source_ip, total FROM hourly_sources WHERE hour = ? ORDER BY total DESC',
      keyOf: () => '',
      countOf: () => 0,
    }),
  pruning: (db, engine) =>
    pruneAll(
      { ...engine, dialect: SQLITE, db, reclaim: async () => false },
      { signalsMs: 1, eventsMs: 1, blocksMs: 1 },
      NOW,
    ),
  positions: (db) => writePosition(db, SQLITE, 'edge', 1, NOW),
};

/** A whole table read, other than in the order of an index until enough is found; or rows sorted after being read. */
const SLOW =
  /^(SCAN (failed_registrations|door_knock_attempts|security_events|blocked_ips|disabled_accounts|hourly_)\w*(?! USING)|USE TEMP B-TREE FOR ORDER BY)/;

/** Those with a reason. */
const ALLOWED: Readonly<Record<string, RegExp>> = {
  // Blocks and events of an address and of the networks around it: few, and found by index.
  'dossier of an address': /USE TEMP B-TREE FOR ORDER BY/,
};

test('every question is answered by an index', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'sipward-plans-'));
  const engine = await openEngine({ type: 'sqlite' }, dir);
  const raw = new DatabaseSync(join(dir, 'sipward.db'));
  const asked: CompiledQuery[] = [];
  const db: Db = new Kysely<Schema>({
    dialect: new SqliteDialect({ database: new KyselyDatabase(raw) }),
    log: ({ query }) => void asked.push(query),
  });
  const counters = new Counters();
  counters.addSignal(signalRow());
  await counters.write(db, SQLITE);
  // So that there is something to fold.
  const campaigns = ['c-7f3k2p', 'c-bbbbbb'].map((campaign) =>
    eventRow(campaign, { type: 'campaign_detected', campaign }),
  );
  await insertEvents(db, SQLITE, campaigns, new Counters());
  for (const [name, ask] of Object.entries(QUESTIONS)) {
    await t.test(name, async () => {
      asked.length = 0;
      await ask(db, engine);
      assert.ok(asked.length > 0, 'something was asked');
      for (const { sql, parameters } of asked) {
        const plan = raw.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...(parameters as string[]));
        const slow = plan.map((step) => String(step.detail)).filter((step) => SLOW.test(step));
        const unexpected = slow.filter((step) => ALLOWED[name]?.test(step) !== true);
        assert.deepEqual(unexpected, [], sql);
      }
    });
  }
  raw.close();
  await engine.close();
  await rm(dir, { recursive: true });
});

test('positions, the allowlist and the status are read whole', async () => {
  const engine = await openEngine({ type: 'sqlite', path: ':memory:' }, '.');
  assert.deepEqual(await readPositions(engine.db), {});
  assert.deepEqual(await readAllowed(engine.db, SQLITE), []);
  assert.equal((await readStatus(engine)).rows.checkpoints, 0);
  await engine.close();
});
