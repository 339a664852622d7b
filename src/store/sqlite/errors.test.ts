import assert from 'node:assert/strict';
import { openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { StoreError } from '../store-error.ts';
import { sqliteError } from './errors.ts';

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return assert.fail('nothing was thrown');
}

test('what an error of SQLite means', () => {
  using database = new DatabaseSync(':memory:');
  database.exec('CREATE TABLE t (a TEXT UNIQUE); INSERT INTO t VALUES (1)');
  const cases = [
    ['store_failed', () => database.exec('INSERT INTO t VALUES (1)')],
    ['store_failed', () => database.exec('SELECT no_such_column FROM t')],
    ['store_cannot_open', () => new DatabaseSync('/proc/none/x.db')],
    ['store_cannot_open', () => openSync('/proc/none/x.db', 'a')],
  ] as const;
  for (const [code, work] of cases) assert.equal(sqliteError(thrownBy(work), 'x.db').code, code);
  database.exec('PRAGMA max_page_count = 3');
  const fill = () => database.exec('INSERT INTO t VALUES (hex(randomblob(50000)))');
  assert.equal(sqliteError(thrownBy(fill), 'x.db').code, 'store_disk_full');
  database.exec('PRAGMA query_only = 1');
  assert.equal(sqliteError(thrownBy(fill), 'x.db').code, 'store_read_only');
});

test('extended codes are of the same kind as their primary ones', () => {
  const busySnapshot = Object.assign(new Error('busy'), { errcode: 5 | (2 << 8) });
  assert.equal(sqliteError(busySnapshot, 'x.db').code, 'store_locked');
  const noSpace = Object.assign(new Error('no space'), { code: 'ENOSPC', syscall: 'open' });
  assert.equal(sqliteError(noSpace, 'x.db').code, 'store_disk_full');
});

test('the message names the file, and a StoreError stays the same', () => {
  assert.equal(sqliteError(new Error('it failed'), '/var/x.db').message, '/var/x.db: it failed');
  assert.equal(sqliteError('text', 'x.db').message, 'x.db: text');
  const known = new StoreError('store_locked', 'x');
  assert.equal(sqliteError(known, 'x.db'), known);
});
