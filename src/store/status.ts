import { CompiledQuery } from 'kysely';
import type { Engine } from './engine.ts';
import { schemaVersion } from './migrate.ts';
import { LATEST_VERSION } from './migrations/index.ts';
import type { StoreStatus } from './store.ts';

const TABLES = [
  'failed_registrations',
  'door_knock_attempts',
  'security_events',
  'blocked_ips',
  'disabled_accounts',
  'whitelisted_ips',
  'alert_config',
  'checkpoints',
] as const;

/** Counted up to here, estimated by ids above: counting millions takes seconds. */
const COUNTED = 10_000;

export async function readStatus(engine: Engine): Promise<StoreStatus> {
  const rows: Record<string, number> = {};
  for (const table of TABLES) rows[table] = await rowsOf(engine, table);
  return {
    engine: engine.dialect.name,
    location: engine.location,
    schemaVersion: await schemaVersion(engine),
    latestVersion: LATEST_VERSION,
    bytes: await engine.bytes(),
    rows,
  };
}

async function rowsOf(engine: Engine, table: (typeof TABLES)[number]): Promise<number> {
  const counted = await one(engine, `SELECT COUNT(*) AS n FROM (SELECT 1 FROM ${table} LIMIT ${COUNTED}) counted`);
  if (counted < COUNTED) return counted;
  return await one(engine, `SELECT MAX(id) - MIN(id) + 1 AS n FROM ${table}`);
}

async function one(engine: Engine, sql: string): Promise<number> {
  const query = CompiledQuery.raw(sql) as CompiledQuery<{ n: number }>;
  const { rows } = await engine.db.executeQuery(query);
  return Number(rows[0]?.n ?? 0);
}
