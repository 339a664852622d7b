import assert from 'node:assert/strict';
import { openStore } from '../open-store.ts';
import { commitOf, doorKnock, eventRow, HOUR_MS, NOW, signalRow } from '../samples.testkit.ts';
import type { Kit, Place } from '../store.testkit.ts';

/** OpenSIPS' `location` table (usrloc, version 1013), the columns that matter. */
const LOCATION = `CREATE TABLE location (contact_id BIGINT PRIMARY KEY, username CHAR(64) NOT NULL, domain CHAR(64),
  contact TEXT, expires INT NOT NULL, last_modified DATETIME NOT NULL DEFAULT '1900-01-01 00:00:01')`;

export function viewTests({ withDatabase }: Kit): void {
  withDatabase('the views of events and sources give the right numbers', async ({ config, stateDir, query }) => {
    const store = await openStore(config, { stateDir });
    await store.commit(
      commitOf({
        signals: [
          signalRow({ at: NOW, count: 2 }),
          signalRow({ at: NOW + 1, ip: '198.51.100.1', userAgent: 'other' }),
          doorKnock({ at: NOW + 2, ip: '198.51.100.1' }),
          doorKnock({ at: NOW + 3, ip: '198.51.100.1' }),
        ],
        events: [
          eventRow('a'),
          eventRow('b', { ip: '198.51.100.1' }),
          eventRow('c', { at: NOW + HOUR_MS }),
          eventRow('d', { ip: '', severity: 'info' }),
        ],
      }),
    );
    await store.close();
    const rows = async (sql: string) => (await query(sql)).map((row) => Object.values(row).map(plain).join(' '));
    assert.deepEqual(
      await rows('SELECT severity, events, sources FROM security_stats_hourly ORDER BY hour, severity'),
      ['error 2 2', 'info 1 0', 'error 1 1'],
    );
    assert.deepEqual(await rows('SELECT source_ip, failed_registrations, door_knocks, total FROM top_attacking_ips'), [
      '198.51.100.1 1 2 3',
      '203.0.113.7 2 0 2',
    ]);
    assert.deepEqual(await rows('SELECT username, failures, sources, user_agents FROM registration_failure_stats'), [
      '1001 3 2 2',
    ]);
    assert.deepEqual(await rows('SELECT username, domain, status, failures FROM user_registration_status'), [
      '1001 example.com failed 3',
    ]);
  });

  withDatabase('the registration status follows the location table', async (place) => {
    const seconds = Math.floor(Date.now() / 1000);
    await commitFailures(place, ['1001', '1002', '1003']);
    await place.query(LOCATION);
    await place.query(`INSERT INTO location (contact_id, username, domain, expires) VALUES
      (1, '1001', 'example.com', ${seconds + 600}), (2, '1001', 'example.com', ${seconds + 900}),
      (3, '1002', 'example.com', ${seconds - 5}), (4, '1004', 'example.com', 0), (5, '1005', 'example.com', 1),
      (6, '1003', NULL, ${seconds + 600})`);
    assert.deepEqual(await statuses(place), [
      '1001 example.com registered 2 1',
      '1002 example.com failed 0 1',
      '1003  registered 1 1',
      '1004 example.com registered 1 0',
      '1005 example.com unknown 0 0',
    ]);
    await place.query('DROP TABLE location');
    assert.deepEqual(await statuses(place), [
      '1001 example.com failed 0 1',
      '1002 example.com failed 0 1',
      '1003 example.com failed 0 1',
    ]);
  });

  withDatabase('since when an account fails is the time of its first failure', async (place) => {
    await commitFailures(place, ['1001']);
    const [row] = await place.query('SELECT since, last_failure FROM user_registration_status');
    assert.match(String(row?.since), /^2026-01-15.12:34:56\.789/);
  });
}

async function commitFailures({ config, stateDir }: Place, users: readonly string[]): Promise<void> {
  const store = await openStore(config, { stateDir });
  await store.commit(commitOf({ signals: users.map((user) => signalRow({ user })) }));
  await store.close();
}

/** After a start, which is when the view is made to fit the tables. */
async function statuses({ config, stateDir, query }: Place): Promise<string[]> {
  await (await openStore(config, { stateDir })).close();
  const columns = 'username, domain, status, contacts, failures';
  const rows = (await query?.(`SELECT ${columns} FROM user_registration_status ORDER BY username`)) ?? [];
  return rows.map((row) => Object.values(row).map(plain).join(' '));
}

/** Sums come as text from one driver and as numbers from the other. */
function plain(value: unknown): string {
  return typeof value === 'number' ? String(value) : String(value ?? '').replace(/\.000$/, '');
}
