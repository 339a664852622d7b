import type { Kysely } from 'kysely';
import type { SqlDialect } from './engine.ts';
import { insertRows } from './insert-rows.ts';
import { type Schema, SIZES } from './schema.ts';
import { fitUnique } from './stored-value.ts';

export async function writePosition(
  db: Kysely<Schema>,
  dialect: SqlDialect,
  source: string,
  position: unknown,
  at: number,
): Promise<void> {
  const set = ['position', 'updated_at'].map((column) => `${column} = ${dialect.incoming(column)}`).join(', ');
  const columns = ['source', 'position', 'updated_at'];
  const shape = { table: 'checkpoints', columns, tail: dialect.onConflict(['source'], set) } as const;
  const json = JSON.stringify(position ?? null);
  await insertRows(db, dialect, shape, [[fitUnique(source, SIZES.name), json, dialect.time(at)]]);
}

export async function readPositions(db: Kysely<Schema>): Promise<Readonly<Record<string, unknown>>> {
  const rows = await db.selectFrom('checkpoints').select(['source', 'position']).execute();
  return Object.fromEntries(rows.map((row) => [row.source, JSON.parse(row.position)]));
}
