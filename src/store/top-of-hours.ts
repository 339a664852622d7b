/** The rows of the hourly sums that are highest over many hours, without adding up all of them. */
import { CompiledQuery, type Kysely } from 'kysely';
import type { Schema } from './schema.ts';

/** How many sources and accounts the overview names. */
export const TOP = 10;

/** Rows looked at: of few hours many each, of many hours few. Whoever leads over all hours leads in some of them. */
const ROWS = 1200;
const LEAST_OF_HOUR = 10;

/** Those whose sums over all hours are then asked for. */
const CANDIDATES = 20;

/** Hours asked for in one query; SQLite allows 500 parts of a compound SELECT. */
const HOURS_PER_QUERY = 200;

export interface Ranking<Row> {
  /** SELECT of the rows of an hour `?`, highest first, without a limit. */
  readonly ofHour: string;
  readonly keyOf: (row: Row) => string;
  readonly countOf: (row: Row) => number;
}

/** Rows that are in the first places of single hours, those with the highest sums of these. */
export async function candidates<Row>(
  db: Kysely<Schema>,
  hours: readonly string[],
  { ofHour, keyOf, countOf }: Ranking<Row>,
): Promise<readonly Row[]> {
  const perHour = Math.max(LEAST_OF_HOUR, Math.ceil(ROWS / hours.length));
  const sums = new Map<string, { readonly row: Row; sum: number }>();
  for (let from = 0; from < hours.length; from += HOURS_PER_QUERY) {
    const part = hours.slice(from, from + HOURS_PER_QUERY);
    const sql = part.map((_, i) => `SELECT * FROM (${ofHour} LIMIT ${perHour}) h${i}`).join(' UNION ALL ');
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
