import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { KyselyDatabase } from './kysely-database.ts';

function withDatabase(use: (database: KyselyDatabase, raw: DatabaseSync) => void): void {
  using raw = new DatabaseSync(':memory:');
  raw.exec('CREATE TABLE t (a, b)');
  use(new KyselyDatabase(raw), raw);
}

test('statements read or write, with bound values', () =>
  withDatabase((database) => {
    const insert = database.prepare('INSERT INTO t VALUES (?, ?)');
    assert.equal(insert.reader, false);
    assert.deepEqual({ ...insert.run([1, 'x']) }, { changes: 1, lastInsertRowid: 1 });
    const select = database.prepare('SELECT a, b FROM t WHERE a = ?');
    assert.equal(select.reader, true);
    assert.deepEqual(
      [select.all([1]), [...select.iterate([1])]].map((rows) => rows.map((row) => ({ ...(row as object) }))),
      [[{ a: 1, b: 'x' }], [{ a: 1, b: 'x' }]],
    );
    assert.equal(database.prepare('INSERT INTO t VALUES (?, ?) RETURNING a').reader, true);
  }));

test('a statement is prepared once, and not without end', () =>
  withDatabase((database) => {
    const first = database.prepare('SELECT 1');
    assert.equal(database.prepare('SELECT 1'), first);
    for (let i = 0; i < 600; i++) database.prepare(`SELECT ${i} AS n`);
    assert.notEqual(database.prepare('SELECT 1'), first);
  }));

test('a transaction takes the right to write at its begin', () =>
  withDatabase((database, raw) => {
    database.prepare('begin').run([]);
    assert.equal(raw.isTransaction, true);
    database.prepare('rollback').run([]);
    assert.equal(raw.isTransaction, false);
  }));

test('rolling back what SQLite has rolled back already is no error', () =>
  withDatabase((database) => {
    assert.deepEqual(database.prepare('rollback').run([]), { changes: 0, lastInsertRowid: 0 });
  }));
