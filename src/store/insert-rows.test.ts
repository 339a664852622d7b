import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withEngine } from './engine.testkit.ts';
import { insertRows } from './insert-rows.ts';

const SHAPE = { table: 'schema_views', columns: ['name', 'definition'], tail: '' } as const;
const rowsOf = (count: number, text = '') => Array.from({ length: count }, (_, i) => [`row ${i}`, text]);

/** How many rows each statement had. */
async function parts(count: number, text: string, limits: { rows: number; characters: number }): Promise<number[]> {
  const sizes: number[] = [];
  await withEngine(async ({ db, dialect }) => {
    const counting = Object.create(db, {
      executeQuery: {
        value: (query: Parameters<typeof db.executeQuery>[0]) => {
          sizes.push('parameters' in query ? query.parameters.length / 2 : 0);
          return db.executeQuery(query);
        },
      },
    }) as typeof db;
    await db.deleteFrom('schema_views').execute();
    const limited = { ...dialect, rowsPerInsert: limits.rows, charactersPerInsert: limits.characters };
    await insertRows(counting, limited, SHAPE, rowsOf(count, text));
    const stored = await db.selectFrom('schema_views').select('name').execute();
    assert.equal(stored.length, count);
  });
  return sizes;
}

test('rows go several to a statement', async () => {
  assert.deepEqual(await parts(45, '', { rows: 20, characters: Number.POSITIVE_INFINITY }), [20, 20, 5]);
  assert.deepEqual(await parts(0, '', { rows: 20, characters: Number.POSITIVE_INFINITY }), []);
});

test('long rows go fewer to a statement, at least one', async () => {
  assert.deepEqual(await parts(5, 'x'.repeat(100), { rows: 20, characters: 250 }), [2, 2, 1]);
  assert.deepEqual(await parts(2, 'x'.repeat(1000), { rows: 20, characters: 250 }), [1, 1]);
});

test('values are bound, never part of the statement', () =>
  withEngine(async ({ db, dialect }) => {
    const text = `'); DELETE FROM schema_views; --`;
    await insertRows(db, dialect, SHAPE, [[text, text]]);
    const found = await db.selectFrom('schema_views').selectAll().where('name', '=', text).execute();
    assert.deepEqual(
      found.map((row) => ({ ...row })),
      [{ name: text, definition: text }],
    );
  }));
