import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompiledQuery } from 'kysely';
import { withEngine } from './engine.testkit.ts';
import type { Engine } from './engine.ts';
import { createViews } from './views.ts';

async function definition({ db }: Engine): Promise<string> {
  const row = await db
    .selectFrom('schema_views')
    .selectAll()
    .where('name', '=', 'user_registration_status')
    .executeTakeFirst();
  return row?.definition ?? '';
}

test('the registration status reads the location table when there is one, and not when it is gone', () =>
  withEngine(async (engine) => {
    assert.doesNotMatch(await definition(engine), /location/);
    const columns = 'username TEXT, domain TEXT, expires INT, last_modified INT';
    await engine.db.executeQuery(CompiledQuery.raw(`CREATE TABLE location (${columns})`));
    await createViews(engine);
    assert.match(await definition(engine), /FROM location/);
    const insert = "INSERT INTO location VALUES ('1001', 'example.com', 0, 1768480496)";
    await engine.db.executeQuery(CompiledQuery.raw(insert));
    const select = 'SELECT status, since FROM user_registration_status';
    const { rows } = await engine.db.executeQuery(CompiledQuery.raw(select));
    assert.deepEqual(
      rows.map((row) => ({ ...(row as object) })),
      [{ status: 'registered', since: '2026-01-15T12:34:56.000Z' }],
    );
    await engine.db.executeQuery(CompiledQuery.raw('DROP TABLE location'));
    await createViews(engine);
    assert.doesNotMatch(await definition(engine), /location/);
  }));

test('views that are as they should be are left alone', () =>
  withEngine(async (engine) => {
    const version = async () => (await engine.db.executeQuery(CompiledQuery.raw('PRAGMA schema_version'))).rows[0];
    const before = await version();
    await createViews(engine);
    assert.deepEqual(await version(), before);
  }));
