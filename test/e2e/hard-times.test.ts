/** What goes wrong around a daemon: the database leaves, a second daemon comes, the state directory is of no use. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatSignal } from '../../src/formats/opensips-events/format-signal.ts';
import { mariadbMissing, startMariaDb } from '../../src/store/mysql/mariadb.testkit.ts';
import { eventually, type LentDaemon, withDaemon } from '../support/daemon.ts';
import { type SignalSketch, signal } from '../support/signals.ts';

const missing = mariadbMissing();
if (missing !== false) process.stdout.write(`# hard-times: the database that goes away skipped, ${missing}\n`);

async function withLog(use: (path: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'sipward-hard-'));
  try {
    await use(join(dir, 'events.log'));
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const write = (path: string, count: number, sketch: SignalSketch) => {
  const now = Date.now();
  const lines = Array.from({ length: count }, (_, i) =>
    formatSignal(signal({ at: now + i, callId: `${i}`, ...sketch })),
  );
  appendFileSync(path, `${lines.join('\n')}\n`);
};
const tail = (path: string) => ({ edge: { type: 'file-tail', path, format: 'opensips-events', from: 'beginning' } });
const failures = async (daemon: LentDaemon) =>
  ((await daemon.ask('stats')) as unknown as { failedRegistrations: number }).failedRegistrations;

test(
  'a database that goes away and comes back: detection goes on, every row is there afterwards, once',
  { skip: missing },
  () =>
    withLog(async (path) => {
      const server = await startMariaDb();
      try {
        // As parsed, its durations are milliseconds; a file says them in words.
        const { 'connect-timeout': _, ...store } = await server.database();
        const config = { web: { enabled: false }, store, sources: tail(path) };
        await withDaemon({ config }, async (daemon) => {
          write(path, 3000, { ip: '198.51.100.1' });
          await eventually(async () => assert.equal(await failures(daemon), 3000));
          await server.stop();
          write(path, 2000, { ip: '198.51.100.2' });
          await eventually(() => assert.match(daemon.log(), /198\.51\.100\.2/, 'decided while the database is away'));
          await server.start();
          await eventually(async () => assert.equal(await failures(daemon), 5000), 30_000);
          await daemon.kill();
          await server.stop();
          const starting = daemon.start();
          await eventually(() => assert.match(daemon.log(), /the store cannot be opened yet/));
          await server.start();
          await starting;
          assert.equal(await failures(daemon), 5000, 'a server that is away at the start is waited for');
          const blocks = (await daemon.ask('blocks')) as unknown as { blocks: { target: string }[] };
          assert.deepEqual(blocks.blocks.map((block) => block.target).toSorted(), ['198.51.100.1', '198.51.100.2']);
        });
      } finally {
        await server.remove();
      }
    }),
);

test('killed again and again while reading, every line is a row, once', () =>
  withLog(async (path) => {
    writeFileSync(path, '');
    await withDaemon({ config: { web: { enabled: false }, sources: tail(path) } }, async (daemon) => {
      for (let round = 0; round < 3; round++) {
        write(path, 20_000, { ip: `198.51.100.${round}` });
        await new Promise((resolve) => setTimeout(resolve, 30 * round));
        await daemon.kill();
        await daemon.start();
      }
      await eventually(async () => assert.equal(await failures(daemon), 60_000), 30_000);
    });
  }));

test('blocks of a dry run end when enforcement begins', () =>
  withLog((path) => {
    const config = { web: { enabled: false }, sources: tail(path) };
    return withDaemon({ config }, async (daemon) => {
      write(path, 10, { ip: '198.51.100.9' });
      const blocks = async () => ((await daemon.ask('blocks')) as unknown as { blocks: { by: string }[] }).blocks;
      await eventually(async () =>
        assert.deepEqual(
          (await blocks()).map(({ by }) => by),
          ['brute-force (dry run)'],
        ),
      );
      await daemon.ask('block', '198.51.100.77');
      await daemon.stop();
      // An nft that is not there: this machine's own kernel is left alone.
      daemon.reconfigure({ ...config, enforcement: 'enforce', enforcers: { nftables: { prefix: ['/nonexistent'] } } });
      await daemon.start();
      assert.deepEqual(
        (await blocks()).map(({ by }) => by),
        ['root'],
        'what a person wanted stays',
      );
      assert.match(daemon.log(), /decided in a dry run are ended, not enforced/);
    });
  }));

test('a second daemon on the same state is refused with a clear message', () =>
  withLog((path) =>
    withDaemon({ config: { web: { enabled: false }, sources: tail(path) } }, async (daemon) => {
      const { code, stderr } = await daemon.run('run');
      assert.equal(code, 1);
      assert.match(stderr, /another sipward is running on it/);
      assert.equal((await daemon.run('status')).code, 0, 'the first one is not disturbed');
    }),
  ));

test('a state directory that cannot be used is named', () =>
  withLog(async (path) => {
    await withDaemon({ config: { web: { enabled: false }, sources: tail(path) } }, async (daemon) => {
      writeFileSync(path, 'a file');
      const { code, stderr } = await daemon.run('run', '--state-dir', join(path, 'state'));
      assert.equal(code, 1);
      assert.match(stderr, /state directory .*events\.log\/state/);
    });
  }));
