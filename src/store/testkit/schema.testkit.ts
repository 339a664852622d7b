import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { blockedFlows } from '../migrations/blocked-flows.ts';
import { MIGRATIONS } from '../migrations/index.ts';
import { MYSQL } from '../mysql/dialect.ts';
import { openStore } from '../open-store.ts';
import { blockRow, commitOf, NOW, signalRow } from '../samples.testkit.ts';
import { SQLITE } from '../sqlite/dialect.ts';
import type { Kit, Place } from '../store.testkit.ts';

const TABLES = [
  'failed_registrations',
  'door_knock_attempts',
  'security_events',
  'blocked_ips',
  'disabled_accounts',
  'whitelisted_ips',
  'alert_config',
  'ip_reputation',
];
const VIEWS = ['security_stats_hourly', 'top_attacking_ips', 'registration_failure_stats', 'user_registration_status'];

/** Makes the database what an earlier program left. */
async function asOfVersion(version: number, { config, query }: Place & { query: NonNullable<Place['query']> }) {
  const dialect = config.type === 'mysql' ? MYSQL : SQLITE;
  for (const migration of MIGRATIONS.slice(0, version)) for (const one of migration(dialect)) await query(one);
  await query(`CREATE TABLE schema_version (version INT NOT NULL PRIMARY KEY, applied_at ${dialect.types.time})`);
  await query(`INSERT INTO schema_version VALUES (${version}, NULL)`);
  return dialect;
}

export function schemaTests({ withDatabase }: Kit): void {
  withDatabase('an empty database gets all tables and views', async ({ config, stateDir, query }) => {
    await (await openStore(config, { stateDir })).close();
    for (const name of [...TABLES, ...VIEWS]) {
      assert.deepEqual(await query(`SELECT COUNT(*) AS n FROM ${name}`), [{ n: 0 }], name);
    }
  });

  withDatabase('a database of the first version keeps its events, which belong to no campaign', async (place) => {
    const { config, stateDir, query } = place;
    const dialect = await asOfVersion(1, place);
    await query(`INSERT INTO security_events (identity, event_type, severity, source_ip, aor, description, event_time, details)
      VALUES ('old', 'flood_detected', 'error', '', '', '', '${dialect.time(NOW)}', 'null')`);
    await using stack = new AsyncDisposableStack();
    const store = await openStore(config, { stateDir });
    stack.defer(() => store.close());
    await store.commit(commitOf({ joins: [{ campaign: 'c-7f3k2p', identity: 'old' }] }));
    assert.deepEqual(
      (await store.events({ campaign: 'c-7f3k2p' })).map(({ identity }) => identity),
      ['old'],
    );
  });

  withDatabase('blocks of a database without flows stay in force, and flows have room beside them', async (place) => {
    const { config, stateDir, query } = place;
    const dialect = await asOfVersion(MIGRATIONS.indexOf(blockedFlows), place);
    await query(`INSERT INTO blocked_ips (ip_address, ip_key, reason, blocked_at, auto_blocked, blocked_by)
      VALUES ('203.0.113.7', '0000000000000000', 'old', '${dialect.time(NOW)}', 1, 'x')`);
    // Where statements commit by themselves, a step that was cut short is repeated.
    if (config.type === 'mysql') for (const statement of blockedFlows(dialect)) await query(statement);
    await using stack = new AsyncDisposableStack();
    const store = await openStore(config, { stateDir });
    stack.defer(() => store.close());
    await store.addBlocks([blockRow('203.0.113.7'), blockRow('udp:203.0.113.7:5071')]);
    assert.deepEqual(
      (await store.activeBlocks(NOW)).map(({ target, reason }) => [target, reason]),
      [
        ['203.0.113.7', 'old'],
        ['udp:203.0.113.7:5071', 'brute force'],
      ],
    );
  });

  withDatabase('several processes may open an empty database at once', async ({ config, stateDir }) => {
    const stores = await Promise.all([1, 2, 3].map(() => openStore(config, { stateDir })));
    for (const store of stores) {
      await store.commit(commitOf());
      await store.close();
    }
  });

  withDatabase('a schema newer than the program is left alone', async ({ config, stateDir, query }) => {
    await (await openStore(config, { stateDir })).close();
    await query("INSERT INTO schema_version VALUES (99, '2027-01-01 00:00:00.000')");
    await assert.rejects(openStore(config, { stateDir }), {
      name: 'StoreError',
      code: 'store_newer_schema',
      retryable: false,
      message: /schema version 99, this sipward knows versions up to \d+/,
    });
    await query('DELETE FROM schema_version WHERE version = 99');
    await (await openStore(config, { stateDir })).close();
  });

  withDatabase('times are UTC wherever the process runs', async ({ config, stateDir, query }) => {
    const script = `
      const { openStore } = await import(${JSON.stringify(new URL('../open-store.ts', import.meta.url).href)});
      const [config, stateDir, commit] = JSON.parse(process.argv[1]);
      const store = await openStore(config, { stateDir });
      await store.commit(commit);
      console.log(JSON.stringify([new Date(0).getHours(), (await store.recentSignals(0, 1))[0].at]));
      await store.close();`;
    const input = JSON.stringify([config, stateDir, commitOf({ signals: [signalRow({ at: NOW })] })]);
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script, input], {
      env: { ...process.env, TZ: 'Asia/Tokyo' },
    });
    assert.deepEqual(JSON.parse(stdout), [9, NOW]);
    const [row] = await query('SELECT attempt_time FROM failed_registrations');
    assert.match(String(row?.attempt_time), /^2026-01-15[ T]12:34:56\.789Z?$/);
    const store = await openStore(config, { stateDir });
    assert.equal((await store.recentSignals(0, 1))[0]?.at, NOW);
    await store.close();
  });
}
