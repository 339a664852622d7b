import type { Kysely } from 'kysely';
import type { SqlDialect } from './engine.ts';
import type { Schema } from './schema.ts';
import { failedSelection, fromFailed, fromKnock, knockSelection } from './signal-table.ts';
import type { SignalRow } from './store.ts';

export async function readRecent(
  db: Kysely<Schema>,
  dialect: SqlDialect,
  since: number,
  limit: number,
): Promise<readonly SignalRow[]> {
  const time = dialect.time(since);
  const failed = await db
    .selectFrom('failed_registrations')
    .select(failedSelection())
    .where('attempt_time', '>=', time)
    .orderBy('attempt_time', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  const knocks = await db
    .selectFrom('door_knock_attempts')
    .select(knockSelection())
    .where('attempt_time', '>=', time)
    .orderBy('attempt_time', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return newest(
    failed.map((row) => fromFailed(row, dialect)),
    knocks.map((row) => fromKnock(row, dialect)),
    limit,
  ).reverse();
}

/** The newest `limit` of two lists that are both newest first, newest first. */
export function newest(a: readonly SignalRow[], b: readonly SignalRow[], limit: number): SignalRow[] {
  return [...a, ...b].sort((x, y) => y.at - x.at).slice(0, limit);
}
