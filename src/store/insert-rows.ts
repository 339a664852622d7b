import { CompiledQuery, type Kysely } from 'kysely';
import type { SqlDialect } from './engine.ts';
import type { Schema } from './schema.ts';

/** A table, the columns written, and what ends the statement. Constants of the code: nothing in it comes from data. */
export interface InsertShape {
  readonly table: keyof Schema;
  readonly columns: readonly string[];
  /** Empty, or `SqlDialect.onConflict`. */
  readonly tail: string;
}

export type SqlValue = string | number | Uint8Array | null;

/**
 * Inserts many rows with bound values, several in a statement. Written as SQL because Kysely's builder makes a node of
 * each value, which costs several times what the database needs for the row.
 */
export async function insertRows(
  db: Kysely<Schema>,
  dialect: SqlDialect,
  shape: InsertShape,
  rows: readonly (readonly SqlValue[])[],
): Promise<void> {
  const head = `INSERT INTO ${shape.table} (${shape.columns.join(', ')}) VALUES `;
  const one = `(${shape.columns.map(() => '?').join(', ')})`;
  for (let from = 0; from < rows.length; ) {
    const part = nextPart(rows, from, dialect);
    const sql = `${head}${part.map(() => one).join(', ')}${shape.tail}`;
    await db.executeQuery(CompiledQuery.raw(sql, part.flat()));
    from += part.length;
  }
}

/** As many rows as one statement may have, at least one. */
function nextPart<Row extends readonly SqlValue[]>(rows: readonly Row[], from: number, dialect: SqlDialect) {
  const part = rows.slice(from, from + dialect.rowsPerInsert);
  if (dialect.charactersPerInsert === Number.POSITIVE_INFINITY) return part;
  let characters = 0;
  const tooLong = part.findIndex((row) => {
    characters += charactersOf(row);
    return characters > dialect.charactersPerInsert;
  });
  return tooLong < 0 ? part : part.slice(0, Math.max(1, tooLong));
}

function charactersOf(row: readonly SqlValue[]): number {
  let characters = 0;
  for (const value of row) if (typeof value === 'string') characters += value.length;
  return characters;
}
