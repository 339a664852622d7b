import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withEngine } from './engine.testkit.ts';
import { SqlStore } from './sql-store.ts';
import { answeredError, errorAnswer, STORE_METHODS } from './store-calls.ts';
import { StoreError } from './store-error.ts';

test('every method of a store can be called in its thread', () =>
  withEngine(async (engine) => {
    const methods = Object.getOwnPropertyNames(SqlStore.prototype).filter((name) => name !== 'constructor');
    assert.deepEqual([...STORE_METHODS].sort(), methods.sort());
    assert.ok(new SqlStore(engine));
  }));

test('an error keeps its code, its message and where it came from', () => {
  const answer = structuredClone(
    errorAnswer(7, new StoreError('store_away', 'gone', { cause: new Error('ECONNRESET') })),
  );
  assert.equal(answer.id, 7);
  assert.ok(answer.error);
  const error = answeredError(answer.error);
  assert.deepEqual([error.code, error.message, error.retryable], ['store_away', 'gone', true]);
  assert.match((error.cause as Error).stack ?? '', /ECONNRESET/);
});

test('whatever else is thrown is a defect', () => {
  const { error } = errorAnswer(1, new TypeError('x is not a function'));
  assert.deepEqual([error?.code, error?.message], ['store_failed', 'TypeError: x is not a function']);
  assert.equal(errorAnswer(1, 'text').error?.code, 'store_failed');
});
