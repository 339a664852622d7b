import type { Kysely } from 'kysely';
import type { SqlDialect } from './engine.ts';
import { insertRows } from './insert-rows.ts';
import type { Schema } from './schema.ts';
import type { ReputationRow } from './store.ts';
import { fit } from './stored-value.ts';

/** Addresses asked for in one query. */
const LOOKUP = 500;

const VALUES = ['country_code', 'is_vpn', 'is_proxy', 'is_tor', 'reputation_score', 'last_updated'];

export async function writeReputations(
  db: Kysely<Schema>,
  dialect: SqlDialect,
  reputations: readonly ReputationRow[],
): Promise<void> {
  const set = VALUES.map((column) => `${column} = ${dialect.incoming(column)}`).join(', ');
  const tail = dialect.onConflict(['ip_address'], set);
  const rows = reputations.map((one) => [
    one.ip,
    fit(one.country, 2),
    one.isVpn ? 1 : 0,
    one.isProxy ? 1 : 0,
    one.isTor ? 1 : 0,
    one.score,
    dialect.time(one.updatedAt),
  ]);
  await insertRows(db, dialect, { table: 'ip_reputation', columns: ['ip_address', ...VALUES], tail }, rows);
}

export async function readReputations(
  db: Kysely<Schema>,
  dialect: SqlDialect,
  ips: readonly string[],
): Promise<readonly ReputationRow[]> {
  const found: ReputationRow[] = [];
  for (let from = 0; from < ips.length; from += LOOKUP) {
    const part = ips.slice(from, from + LOOKUP);
    const rows = await db.selectFrom('ip_reputation').selectAll().where('ip_address', 'in', part).execute();
    for (const row of rows) found.push(fromRow(row, dialect));
  }
  return found;
}

function fromRow(row: Schema['ip_reputation'], dialect: SqlDialect): ReputationRow {
  return {
    ip: row.ip_address,
    country: row.country_code,
    isVpn: row.is_vpn === 1,
    isProxy: row.is_proxy === 1,
    isTor: row.is_tor === 1,
    score: row.reputation_score,
    updatedAt: dialect.ms(row.last_updated),
  };
}
