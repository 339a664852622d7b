/** What the file system and other processes do to the embedded database. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { storeConfig } from '../config.ts';
import { openStore } from '../open-store.ts';
import { blockRow, commitOf, eventRow, NOW, signalRow } from '../samples.testkit.ts';

const config = storeConfig.parse({});
const isRoot = process.getuid?.() === 0;

async function withDir(use: (stateDir: string) => Promise<void>): Promise<void> {
  const stateDir = await mkdtemp(join(tmpdir(), 'sipward-store-'));
  try {
    await use(stateDir);
  } finally {
    await rm(stateDir, { recursive: true });
  }
}

/** Commits without end: 50 signals, an event and a block each, the position being how many commits were made. */
const WRITER = `
  const { openStore } = await import(process.argv[1]);
  const [stateDir, commit] = JSON.parse(process.argv[2]);
  const store = await openStore({ type: 'sqlite' }, { stateDir });
  const { edge = 0 } = await store.positions();
  for (let n = edge + 1; ; n++) {
    const events = [{ ...commit.events[0], identity: String(n) }];
    const blocks = [{ ...commit.blocks[0], target: '10.0.' + (n >> 8) + '.' + (n & 255) }];
    await store.commit({ ...commit, position: n, events, blocks });
    process.stdout.write(n + '\\n');
  }`;

function startWriter(stateDir: string): ChildProcess {
  const store = new URL('../open-store.ts', import.meta.url).href;
  const signals = Array.from({ length: 50 }, () => signalRow());
  const commit = commitOf({ signals, events: [eventRow('')], blocks: [blockRow('10.0.0.0')] });
  const input = JSON.stringify([stateDir, commit]);
  return spawn(process.execPath, ['--input-type=module', '--eval', WRITER, store, input], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

test('sqlite: kill -9 in a stream of commits loses nothing that was committed, and no half commit is left', () =>
  withDir(async (stateDir) => {
    let acknowledged = 0;
    for (let round = 0; round < 3; round++) {
      const writer = startWriter(stateDir);
      const wanted = acknowledged + 40 + round * 7;
      for await (const chunk of writer.stdout ?? []) {
        acknowledged = Math.max(acknowledged, ...String(chunk).trim().split('\n').map(Number));
        if (acknowledged >= wanted) break;
      }
      writer.kill('SIGKILL');
      await once(writer, 'exit');
      const store = await openStore(config, { stateDir });
      const position = (await store.positions()).edge as number;
      assert.ok(position >= acknowledged, `acknowledged ${acknowledged}, found ${position}`);
      const { rows } = await store.status();
      assert.equal(rows.failed_registrations, position * 50);
      assert.equal(rows.security_events, position);
      assert.equal(rows.blocked_ips, position);
      const stats = await store.stats(NOW, NOW);
      assert.deepEqual([stats.failedRegistrations, stats.events, stats.blocks], [position * 50, position, position]);
      await store.close();
      acknowledged = position;
    }
  }));

test('sqlite: other processes read and write while the daemon does', () =>
  withDir(async (stateDir) => {
    const writer = startWriter(stateDir);
    assert.ok(writer.stdout);
    await once(writer.stdout, 'data');
    const command = await openStore(config, { stateDir });
    for (let i = 0; i < 20; i++) {
      await command.addBlocks([blockRow(`198.51.100.${i}`, { automatic: false })]);
      await command.stats(NOW, NOW);
    }
    const ended = await command.endBlocks(['198.51.100.3'], NOW + 1, 'mistake');
    assert.equal(ended.length, 1);
    assert.equal(writer.exitCode, null, 'the daemon goes on');
    await command.close();
    writer.kill('SIGKILL');
    await once(writer, 'exit');
  }));

test('sqlite: a process that holds the database is waited for, not for ever', () =>
  withDir(async (stateDir) => {
    const store = await openStore(config, { stateDir });
    const other = new DatabaseSync(join(stateDir, 'sipward.db'));
    other.exec('BEGIN IMMEDIATE');
    const waiting = store.commit(commitOf({ position: 1 }));
    setTimeout(() => other.exec('COMMIT'), 300);
    await waiting;
    other.exec('BEGIN IMMEDIATE');
    await assert.rejects(store.commit(commitOf({ position: 2 })), { code: 'store_locked', retryable: true });
    other.exec('COMMIT');
    await store.commit(commitOf({ position: 3 }));
    assert.deepEqual(await store.positions(), { edge: 3 });
    other.close();
    await store.close();
  }));

test('sqlite: a full disk is an error worth a retry, and nothing is lost', (t) =>
  withDir(async (stateDir) => {
    const disk = join(stateDir, 'small');
    await mkdir(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk], { stdio: 'pipe' });
    } catch (error) {
      t.skip(`no small file system can be mounted here: ${String(error)}`);
      return;
    }
    try {
      const store = await openStore(config, { stateDir: disk });
      await store.commit(commitOf({ position: 1, signals: [signalRow()] }));
      const filler = join(disk, 'filler');
      await writeFile(filler, Buffer.alloc(4_000_000)).catch(() => undefined);
      const many = Array.from({ length: 5000 }, (_, i) => signalRow({ user: `u${i}` }));
      const commit = commitOf({ position: 2, signals: many });
      await assert.rejects(store.commit(commit), { code: 'store_disk_full', retryable: true });
      assert.deepEqual(await store.positions(), { edge: 1 });
      await rm(filler);
      await store.commit(commitOf({ position: 2, signals: many.slice(0, 100) }));
      assert.deepEqual(await store.positions(), { edge: 2 });
      assert.equal((await store.recentSignals(0, 1000)).length, 101);
      await store.close();
    } finally {
      execFileSync('umount', [disk]);
    }
  }));

test('sqlite: a file that is deleted under the daemon is made anew, and the next call writes to it', () =>
  withDir(async (stateDir) => {
    const faults: unknown[] = [];
    const store = await openStore(config, { stateDir, onFault: (error) => faults.push(error) });
    await store.commit(commitOf({ position: 1 }));
    for (const suffix of ['', '-wal', '-shm']) await rm(join(stateDir, `sipward.db${suffix}`));
    const gone = { code: 'store_stopped', retryable: true, message: /sipward\.db: the file was deleted or replaced/ };
    await assert.rejects(store.commit(commitOf({ position: 2 })), gone);
    await store.commit(commitOf({ position: 2 }));
    assert.deepEqual(await store.positions(), { edge: 2 });
    await store.close();
    assert.equal(faults.length, 1);
    using database = new DatabaseSync(join(stateDir, 'sipward.db'), { readOnly: true });
    assert.equal(database.prepare('SELECT position FROM checkpoints').get()?.position, '2');
  }));

test('sqlite: a file that is no database is not written over', () =>
  withDir(async (stateDir) => {
    await writeFile(join(stateDir, 'sipward.db'), 'these are the notes of somebody else\n'.repeat(100));
    await assert.rejects(openStore(config, { stateDir }), {
      code: 'store_corrupt',
      retryable: false,
      message: /sipward\.db: file is not a database/,
    });
  }));

test('sqlite: a path that cannot be is named in the error', () =>
  withDir(async (stateDir) => {
    await writeFile(join(stateDir, 'file'), '');
    const path = join(stateDir, 'file', 'sipward.db');
    await assert.rejects(openStore(storeConfig.parse({ path }), { stateDir }), {
      code: 'store_cannot_open',
      retryable: false,
      message: new RegExp(`^${path}: `),
    });
  }));

test('sqlite: a directory without permission is an error', { skip: isRoot && 'root may write anywhere' }, () =>
  withDir(async (stateDir) => {
    await chmod(stateDir, 0o500);
    await assert.rejects(openStore(config, { stateDir }), { code: 'store_cannot_open', retryable: false });
    await chmod(stateDir, 0o700);
  }),
);

test('sqlite: only the owner and his group may read the file', () =>
  withDir(async (stateDir) => {
    const store = await openStore(config, { stateDir });
    const modes = execFileSync('stat', ['-c', '%a', 'sipward.db', 'sipward.db-wal'], {
      cwd: stateDir,
      encoding: 'utf8',
    });
    assert.match(modes, /^(6[04]0\n){2}$/);
    await store.close();
  }));

test('sqlite: space of deleted rows is given back', () =>
  withDir(async (stateDir) => {
    const store = await openStore(config, { stateDir });
    const signals = Array.from({ length: 20_000 }, (_, i) => signalRow({ user: `u${i}`, userAgent: 'x'.repeat(500) }));
    await store.commit(commitOf({ signals }));
    const fileBytes = () => statSync(join(stateDir, 'sipward.db')).size;
    await store.prune({ signalsMs: 1, eventsMs: 0, blocksMs: 0 }, NOW + 3_600_000);
    await store.close();
    assert.ok(fileBytes() < 1_000_000, `${fileBytes()} bytes`);
  }));
