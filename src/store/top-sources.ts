import { CompiledQuery, type Kysely } from 'kysely';
import type { SqlDialect } from './engine.ts';
import type { Schema } from './schema.ts';
import type { SourceCount } from './store.ts';

export const TOP = 10;

/** Taken from each hour. Who is in the first fifty of no hour is in the first ten of no day. */
const TOP_OF_HOUR = 50;

/** Whose sums over all hours are then asked for. */
const CANDIDATES = 40;

/** Hours asked for in one query; SQLite allows 500 parts of a compound SELECT. */
const HOURS_PER_QUERY = 200;

/** The sources with the most failures and door knocks in these hours. */
export async function topSources(
  db: Kysely<Schema>,
  dialect: SqlDialect,
  hours: readonly string[],
): Promise<readonly SourceCount[]> {
  const best = await candidates<{ source_key: Buffer; total: number }>(
    db,
    'SELECT source_key, total FROM hourly_sources WHERE hour = ? ORDER BY total DESC',
    hours,
    (row) => Buffer.from(row.source_key).toString('hex'),
    (row) => row.total,
  );
  if (best.length === 0) return [];
  const rows = await db
    .selectFrom('hourly_sources')
    .select((e) => [
      'source_ip',
      e.fn.sum<number>('failures').as('failures'),
      e.fn.sum<number>('door_knocks').as('door_knocks'),
      e.fn.max('last_at').as('last_at'),
    ])
    .where(
      'source_key',
      'in',
      best.map((row) => row.source_key),
    )
    .where('hour', '>=', hours[0] ?? '')
    .where('hour', '<=', hours.at(-1) ?? '')
    .groupBy(['source_key', 'source_ip'])
    .execute();
  const counts = rows.map((row) => ({
    ip: row.source_ip,
    failures: Number(row.failures),
    doorKnocks: Number(row.door_knocks),
    lastAt: dialect.ms(row.last_at),
  }));
  counts.sort((a, b) => b.failures + b.doorKnocks - a.failures - a.doorKnocks || b.lastAt - a.lastAt);
  return counts.slice(0, TOP);
}

/** The rows that are highest when their places in the lists of single hours are summed up. */
export async function candidates<Row>(
  db: Kysely<Schema>,
  ofHour: string,
  hours: readonly string[],
  keyOf: (row: Row) => string,
  countOf: (row: Row) => number,
): Promise<readonly Row[]> {
  const sums = new Map<string, { readonly row: Row; sum: number }>();
  for (let from = 0; from < hours.length; from += HOURS_PER_QUERY) {
    const part = hours.slice(from, from + HOURS_PER_QUERY);
    const sql = part.map((_, i) => `SELECT * FROM (${ofHour} LIMIT ${TOP_OF_HOUR}) h${i}`).join(' UNION ALL ');
    const { rows } = await db.executeQuery<Row>(CompiledQuery.raw(sql, part) as CompiledQuery<Row>);
    for (const row of rows) {
      const known = sums.get(keyOf(row));
      if (known === undefined) sums.set(keyOf(row), { row, sum: Number(countOf(row)) });
      else known.sum += Number(countOf(row));
    }
  }
  const ordered = [...sums.values()].sort((a, b) => b.sum - a.sum);
  return ordered.slice(0, CANDIDATES).map((entry) => entry.row);
}
