import { CompiledQuery } from 'kysely';
import type { Engine } from './engine.ts';
import { LATEST_VERSION, MIGRATIONS } from './migrations/index.ts';
import { StoreError } from './store-error.ts';
import { createViews } from './views.ts';

/** Brings the schema to `LATEST_VERSION`; a database that is newer is left alone and is an error. */
export async function migrate(engine: Engine): Promise<void> {
  // Read first: a database that is up to date, or too new, is never locked or written to.
  if ((await schemaVersion(engine)) < LATEST_VERSION) await engine.lockSchema(() => runMissing(engine));
  await createViews(engine);
}

/** 0 for a database without tables of ours. */
export async function schemaVersion(engine: Engine): Promise<number> {
  if (!(await engine.tableExists('schema_version'))) return 0;
  const row = await engine.db
    .selectFrom('schema_version')
    .select((e) => e.fn.max('version').as('version'))
    .executeTakeFirst();
  const version = row?.version ?? 0;
  if (version > LATEST_VERSION) {
    throw new StoreError(
      'store_newer_schema',
      `${engine.location}: schema version ${version}, this sipward knows versions up to ${LATEST_VERSION}`,
    );
  }
  return version;
}

async function runMissing(engine: Engine): Promise<void> {
  const { db, dialect } = engine;
  await execute(
    engine,
    `CREATE TABLE IF NOT EXISTS schema_version (
    version INT NOT NULL PRIMARY KEY,
    applied_at ${dialect.types.time} NOT NULL)${dialect.types.table}`,
  );
  // Asked again under the lock: another process may have done it meanwhile.
  for (let version = await schemaVersion(engine); version < LATEST_VERSION; version++) {
    for (const statement of MIGRATIONS[version]?.(dialect) ?? []) await execute(engine, statement);
    await db
      .insertInto('schema_version')
      .values({ version: version + 1, applied_at: dialect.time(Date.now()) })
      .execute();
  }
}

async function execute(engine: Engine, sql: string): Promise<void> {
  try {
    await engine.db.executeQuery(CompiledQuery.raw(sql));
  } catch (error) {
    if (!engine.isAlreadyDone(error)) throw error;
  }
}
