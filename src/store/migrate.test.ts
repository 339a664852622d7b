import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompiledQuery } from 'kysely';
import { withEngine } from './engine.testkit.ts';
import { migrate, schemaVersion } from './migrate.ts';
import { LATEST_VERSION, MIGRATIONS } from './migrations/index.ts';
import { MYSQL } from './mysql/dialect.ts';
import { SQLITE } from './sqlite/dialect.ts';
import { openSqlite } from './sqlite/open-sqlite.ts';

test('an empty database is brought to the latest version, once', async () => {
  const engine = openSqlite(':memory:');
  assert.equal(await schemaVersion(engine), 0);
  await migrate(engine);
  await migrate(engine);
  assert.equal(await schemaVersion(engine), LATEST_VERSION);
  const versions = await engine.db.selectFrom('schema_version').select('version').execute();
  assert.deepEqual(
    versions.map((row) => row.version),
    MIGRATIONS.map((_, i) => i + 1),
  );
  await engine.close();
});

test('a migration that fails leaves nothing behind', async () => {
  const engine = openSqlite(':memory:');
  // In the way of the second table.
  await engine.db.executeQuery(CompiledQuery.raw('CREATE VIEW failed_registrations AS SELECT 1 AS id'));
  await assert.rejects(migrate(engine), /views may not be indexed/);
  assert.equal(await engine.tableExists('checkpoints'), false);
  assert.equal(await schemaVersion(engine), 0);
  await engine.close();
});

test('a newer version stops with an error that names both', () =>
  withEngine(async (engine) => {
    await engine.db.insertInto('schema_version').values({ version: 99, applied_at: '' }).execute();
    await assert.rejects(migrate(engine), {
      code: 'store_newer_schema',
      message: `:memory:: schema version 99, this sipward knows versions up to ${LATEST_VERSION}`,
    });
  }));

test('both databases get the same tables, columns and indexes', () => {
  for (const migration of MIGRATIONS) assert.deepEqual(migration(MYSQL).map(outline), migration(SQLITE).map(outline));
});

/** A statement without types. */
function outline(statement: string): string {
  return statement
    .split('\n')
    .map((line) => (/^\s*(CREATE|PRIMARY)/.test(line) ? line.replace(/\)\).*/, ')') : line.trim().split(' ', 1)[0]))
    .join(' ');
}
