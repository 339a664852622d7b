import type { Kysely } from 'kysely';
import type { SqlDialect } from './engine.ts';
import { type Schema, SIZES } from './schema.ts';
import type { AllowRow } from './store.ts';
import { fit } from './stored-value.ts';

/** In a transaction. */
export async function addAllowed(db: Kysely<Schema>, dialect: SqlDialect, entry: AllowRow): Promise<boolean> {
  const description = fit(entry.description, SIZES.text);
  const known = await db
    .selectFrom('whitelisted_ips')
    .select('id')
    .where('ip_address', '=', entry.target)
    .executeTakeFirst();
  if (known !== undefined) {
    await db.updateTable('whitelisted_ips').set({ description }).where('id', '=', known.id).execute();
    return false;
  }
  const created = { created_at: dialect.time(entry.createdAt), created_by: fit(entry.createdBy, SIZES.name) };
  await db
    .insertInto('whitelisted_ips')
    .values({ ip_address: entry.target, description, ...created })
    .execute();
  return true;
}

export async function removeAllowed(db: Kysely<Schema>, target: string): Promise<boolean> {
  const result = await db.deleteFrom('whitelisted_ips').where('ip_address', '=', target).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

export async function readAllowed(db: Kysely<Schema>, dialect: SqlDialect): Promise<readonly AllowRow[]> {
  const rows = await db.selectFrom('whitelisted_ips').selectAll().orderBy('id').execute();
  return rows.map((row) => ({
    target: row.ip_address,
    description: row.description,
    createdAt: dialect.ms(row.created_at),
    createdBy: row.created_by,
  }));
}
