import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storeConfig } from './config.ts';

const problems = (value: unknown) =>
  storeConfig.safeParse(value).error?.issues.map((issue) => issue.path.join('.') || issue.code);

test('nothing said is the embedded database', () => {
  assert.deepEqual(storeConfig.parse(undefined), { type: 'sqlite' });
  assert.deepEqual(storeConfig.parse({}), { type: 'sqlite' });
  assert.deepEqual(storeConfig.parse({ path: 'x.db' }), { type: 'sqlite', path: 'x.db' });
});

test('a server has defaults for all but its type', () => {
  assert.deepEqual(storeConfig.parse({ type: 'mysql' }), {
    type: 'mysql',
    host: '127.0.0.1',
    port: 3306,
    user: 'sipward',
    database: 'sipward',
    connections: 4,
    'connect-timeout': 5000,
  });
  const tls = storeConfig.parse({ type: 'mysql', tls: {} });
  assert.deepEqual(tls.type === 'mysql' && tls.tls, { verify: true });
});

test('unknown keys, types and values out of range are errors', () => {
  assert.deepEqual(problems({ type: 'oracle' }), ['type']);
  assert.deepEqual(problems({ host: 'db' }), ['unrecognized_keys']);
  assert.deepEqual(problems({ type: 'mysql', port: 0, connections: 1, 'connect-timeout': '1ms' }), [
    'port',
    'connections',
    'connect-timeout',
  ]);
});
