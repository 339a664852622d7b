import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreError } from '../store-error.ts';
import { errorNumber, mysqlError } from './errors.ts';

const error = (message: string, fields: object) => Object.assign(new Error(message), fields);

const CASES = [
  [
    'store_away',
    error('connect ECONNREFUSED 127.0.0.1:3306', { code: 'ECONNREFUSED', errno: -111, syscall: 'connect' }),
  ],
  ['store_away', error('Connection lost', { code: 'PROTOCOL_CONNECTION_LOST', fatal: true })],
  ['store_away', error('Too many connections', { errno: 1040, fatal: true })],
  ['store_away', error('Server shutdown in progress', { errno: 1053 })],
  ['store_cannot_open', error('Access denied', { errno: 1045, fatal: true })],
  ['store_locked', error('Lock wait timeout exceeded', { errno: 1205 })],
  ['store_disk_full', error("Disk full (/tmp/x); waiting (errno: 28 'No space left on device')", { errno: 1021 })],
  ['store_disk_full', error('Got error 28 from storage engine', { errno: 1030 })],
  ['store_disk_full', error("Error writing file 'x' (Errcode: 28)", { errno: 3 })],
  ['store_read_only', error('--read-only', { errno: 1290 })],
  ['store_failed', error('You have an error in your SQL syntax', { errno: 1064 })],
  ['store_failed', new TypeError('x is not a function')],
] as const;

test('what an error of the driver means', () => {
  for (const [code, cause] of CASES) {
    const mapped = mysqlError(cause, 'me@db/sipward');
    assert.deepEqual([mapped.code, mapped.message], [code, `me@db/sipward: ${cause.message}`]);
    assert.equal(mapped.cause, cause);
  }
});

test('an error without words is named by its code', () => {
  // Node's AggregateError, of a host name with several addresses, says nothing itself.
  const cause = error('', { code: 'ECONNREFUSED', fatal: true });
  assert.equal(mysqlError(cause, 'db').message, 'db: ECONNREFUSED');
});

test('what is a StoreError already stays the same', () => {
  const known = new StoreError('store_locked', 'x');
  assert.equal(mysqlError(known, 'db'), known);
});

test('numbers are read of errors only', () => {
  assert.equal(errorNumber(error('', { errno: 1062 })), 1062);
  assert.equal(errorNumber(error('', { errno: 'x' })), undefined);
  assert.equal(errorNumber(undefined), undefined);
});
