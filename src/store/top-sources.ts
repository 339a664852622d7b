import type { Kysely } from 'kysely';
import type { SqlDialect } from './engine.ts';
import type { Schema } from './schema.ts';
import type { SourceCount } from './store.ts';
import { candidates, type Ranking, TOP } from './top-of-hours.ts';

interface Source {
  readonly source_key: Uint8Array;
  readonly total: number;
}

const RANKING: Ranking<Source> = {
  ofHour: 'SELECT source_key, total FROM hourly_sources WHERE hour = ? ORDER BY total DESC',
  keyOf: (row) => Buffer.from(row.source_key).toString('hex'),
  countOf: (row) => row.total,
};

/** The sources with the most failures and door knocks in these hours. */
export async function topSources(
  db: Kysely<Schema>,
  dialect: SqlDialect,
  hours: readonly string[],
): Promise<readonly SourceCount[]> {
  const best = await candidates(db, hours, RANKING);
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
