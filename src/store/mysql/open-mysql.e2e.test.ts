import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { storeConfig } from '../config.ts';
import { openStore } from '../open-store.ts';
import { commitOf, NOW, signalRow } from '../samples.testkit.ts';
import { storeTests } from '../store.testkit.ts';
import { type MariaDb, mariadbMissing, startMariaDb } from './mariadb.testkit.ts';

const skip = mariadbMissing();
if (skip) process.stdout.write(`store on MariaDB is not tested: ${skip}\n`);

let server: MariaDb;
const stateDir = tmpdir();
before(async () => {
  if (!skip) server = await startMariaDb();
});
after(async () => {
  if (!skip) await server.remove();
});

storeTests(
  {
    name: 'mariadb',
    async withPlace(use) {
      const config = await server.database();
      const { host, port, user, password, database } = config;
      const connection = await createConnection({
        host,
        port,
        user,
        password: password ?? '',
        database,
        dateStrings: true,
      });
      const query = async (sql: string) => (await connection.query<RowDataPacket[]>(sql))[0];
      try {
        await use({ config, stateDir, query });
      } finally {
        await connection.end();
      }
    },
  },
  skip,
);

test('mariadb: a server that goes away and comes back is used again', { skip }, async () => {
  const store = await openStore(await server.database(), { stateDir });
  await store.commit(commitOf({ position: 1, signals: [signalRow()] }));
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    await server.stop(signal);
    const away = { name: 'StoreError', code: 'store_away', retryable: true };
    await assert.rejects(store.commit(commitOf({ position: 2 })), away);
    // More failures than there are connections: none is lost to the pool.
    for (let i = 0; i < 10; i++) await assert.rejects(store.positions(), away);
    await server.start();
    assert.deepEqual(await store.positions(), { edge: 1 }, 'what was committed is there, the rest is not');
  }
  await store.commit(commitOf({ position: 2 }));
  assert.deepEqual(await store.positions(), { edge: 2 });
  assert.equal((await store.recentSignals(0, 10)).length, 1);
  await store.close();
});

test('mariadb: connections that are cut are replaced', { skip }, async () => {
  const config = await server.database();
  const store = await openStore(config, { stateDir });
  await store.commit(commitOf({ position: 1 }));
  const sessions = await server.query(`SELECT id FROM information_schema.processlist WHERE user = '${config.user}'`);
  for (const { id } of sessions) await server.query(`KILL ${id}`);
  // Whether the pool has noticed or not: either it works, or it says that it is worth trying again.
  await store.positions().catch((error: unknown) => assert.equal((error as { retryable?: boolean }).retryable, true));
  assert.deepEqual(await store.positions(), { edge: 1 });
  await store.close();
});

test('mariadb: a server that is not there at the start is an error worth a retry', { skip }, async () => {
  const config = await server.database();
  await server.stop();
  await assert.rejects(openStore(config, { stateDir }), { code: 'store_away', retryable: true });
  await server.start();
  await (await openStore(config, { stateDir })).close();
});

test('mariadb: a wrong password, user or database is not worth a retry', { skip }, async () => {
  const config = await server.database();
  for (const wrong of [{ password: 'x' }, { user: 'nobody' }, { database: 'nothing' }]) {
    await assert.rejects(openStore({ ...config, ...wrong }, { stateDir }), {
      code: 'store_cannot_open',
      retryable: false,
      message: /^\S+@127\.0\.0\.1\/\S+: (?!.*secret)/,
    });
  }
});

test('mariadb: a right that is withdrawn while sipward runs is worth a retry', { skip }, async () => {
  const config = await server.database();
  const store = await openStore(config, { stateDir });
  await server.query(`REVOKE ALL ON ${config.database}.* FROM ${config.user}`);
  // Sessions keep the rights they began with.
  const sessions = await server.query(`SELECT id FROM information_schema.processlist WHERE user = '${config.user}'`);
  for (const { id } of sessions) await server.query(`KILL ${id}`);
  await store.commit(commitOf()).catch(() => undefined);
  await assert.rejects(store.commit(commitOf()), { code: 'store_away', retryable: true, message: /denied/ });
  await server.query(`GRANT ALL ON ${config.database}.* TO ${config.user}`);
  await store.commit(commitOf());
  await store.close();
});

test('mariadb: the password is read from a file, and a socket is used', { skip }, async () => {
  const dir = await mkdtemp(join(tmpdir(), 'sipward-password-'));
  const file = join(dir, 'password');
  await writeFile(file, 'secret\n');
  const { password: _, ...config } = await server.database();
  const config2 = { ...config, socket: server.socket, 'password-file': file };
  const store = await openStore(config2, { stateDir });
  assert.equal((await store.status()).location, `${config.user}@${server.socket}/${config.database}`);
  await store.close();
  const missing = { ...config2, 'password-file': `${file}2` };
  await assert.rejects(openStore(missing, { stateDir }), { code: 'store_cannot_open', message: /password2/ });
  await rm(dir, { recursive: true });
});

test('mariadb: a server that accepts no writes is an error worth a retry', { skip }, async () => {
  const store = await openStore(await server.database(), { stateDir });
  await server.query('SET GLOBAL read_only = 1');
  await assert.rejects(store.commit(commitOf()), { code: 'store_read_only', retryable: true });
  await server.query('SET GLOBAL read_only = 0');
  await store.commit(commitOf());
  await store.close();
});

test('mariadb: escaping holds whatever the mode and character set of the server', { skip }, async () => {
  const text = "\\' OR 1=1; DROP TABLE failed_registrations; -- \u00bf\\";
  await server.query("SET GLOBAL sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES'");
  await server.query("SET GLOBAL character_set_server = 'latin1'");
  const store = await openStore(await server.database(), { stateDir });
  await store.commit(commitOf({ signals: [signalRow({ user: text, userAgent: text })] }));
  const [signal] = await store.recentSignals(NOW, 5);
  assert.deepEqual([signal?.user, signal?.userAgent], [text, text]);
  await store.close();
  await server.query('SET GLOBAL sql_mode = DEFAULT');
});

test('mariadb: another writer that holds a row is waited for, not for ever', { skip }, async () => {
  const config = await server.database();
  const store = await openStore(config, { stateDir });
  await store.commit(commitOf());
  const { host, port, user, password, database } = config;
  const other = await createConnection({ host, port, user, password: password ?? '', database });
  await other.query('BEGIN');
  await other.query('SELECT * FROM checkpoints FOR UPDATE');
  await assert.rejects(store.commit(commitOf({ position: 1 })), { code: 'store_locked', retryable: true });
  await other.end();
  await store.commit(commitOf({ position: 1 }));
  await store.close();
});

test('the configuration names a database server', () => {
  assert.equal(storeConfig.parse({ type: 'mysql' }).type, 'mysql');
});
