import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { intelConfig } from '../config/intel.ts';
import { withApiban } from '../intel/apiban/apiban.testkit.ts';
import { ReputationBook } from '../intel/reputation-book.ts';
import { IntelFeeds } from './intel-feeds.ts';
import { toldEvents } from './own-events.testkit.ts';

const NOW = Date.UTC(2026, 0, 15);
const DAY = 86_400_000;
const PAGE = '{"ipaddress":["1.2.3.251","10.0.0.1"],"ID":"200"}';
const END = '{"ipaddress":["no new bans"],"ID":"none"}';

async function withDir(use: (dir: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'sipward-intel-'));
  try {
    await use(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Runs the feeds once, with the clock a step further at each look, and returns what was told. */
async function runOnce(stateDir: string, config: unknown, stepMs = 0, isDone?: () => boolean, isOpen?: string) {
  const book = new ReputationBook({ maxEntries: 1000, isExempt: () => false });
  const said: string[] = [];
  const notes: string[] = [];
  const tell = (fields: object, message: string) => said.push(`${message} ${JSON.stringify(fields)}`);
  const { events, open } = toldEvents(notes, ({ type, description }) => `${type}: ${description}`);
  if (isOpen !== undefined) open.add(isOpen);
  let now = NOW - stepMs;
  const feeds = new IntelFeeds({
    config: intelConfig.parse(config),
    book,
    stateDir,
    clock: () => {
      now += stepMs;
      return now;
    },
    log: { info: tell, warn: tell, error: tell },
    events,
  });
  await feeds.start();
  for (let i = 0; i < 200 && !(isDone?.() ?? said.length > 0); i++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  await feeds[Symbol.asyncDispose]();
  return { book, said, notes, open };
}

test('what APIBan gives is listed, kept with the cursor, and there again after a restart', () =>
  withDir((dir) =>
    withApiban(
      (before) => (before === 0 ? [200, PAGE] : [400, END]),
      async ({ url, asked }) => {
        const config = { apiban: { key: 'key-of-a-test', url } };
        const { book, said } = await runOnce(dir, config);
        assert.deepEqual(book.entriesOf('apiban'), [['1.2.3.251', NOW + 7 * DAY]]);
        assert.match(said[0] ?? '', /^APIBan gave addresses .*"added":1,"refused":1/);
        const kept = JSON.parse(readFileSync(join(dir, 'apiban.json'), 'utf8')) as unknown;
        assert.deepEqual(kept, { cursor: '200', entries: [['1.2.3.251', NOW + 7 * DAY]] });

        const before = asked.length;
        const again = await runOnce(dir, config);
        assert.equal(again.book.size, 1);
        assert.match(asked[before]?.body ?? '', /"id":"200"/);
      },
    ),
  ));

test('an answer that means nothing changes nothing; for long enough it is an alarm', () =>
  withDir((dir) =>
    withApiban(
      () => [200, '{}'],
      async ({ url }) => {
        const config = { apiban: { key: 'key-of-a-test', url } };
        const { book, said, notes } = await runOnce(dir, config);
        assert.equal(book.size, 0);
        assert.match(said[0] ?? '', /^APIBan gave nothing .*without a cursor/);
        assert.deepEqual(notes, []);
        assert.equal(existsSync(join(dir, 'apiban.json')), false);
        assert.match(
          (await runOnce(dir, config, DAY)).notes[0] ?? '',
          /^sensor_silent: APIBan has given nothing new since .* \(.*without a cursor.*\): what is known from it grows old$/,
        );
      },
    ),
  ));

test('nobody is asked without a key, and files are read', () =>
  withDir(async (dir) => {
    const path = join(dir, 'list.txt');
    writeFileSync(path, '1.2.3.4\n');
    const { book, said } = await runOnce(dir, { files: { own: { path }, away: { path: `${path}.away` } } });
    assert.deepEqual(
      book.entriesOf('own').map(([text]) => text),
      ['1.2.3.4'],
    );
    assert.match(said.join('\n'), /a list cannot be read and stays as it was .*away.*ENOENT/);
  }));

test('a file that was not written for too long is an alarm, if that was asked for', () =>
  withDir(async (dir) => {
    const path = join(dir, 'list.txt');
    writeFileSync(path, '1.2.3.4\n');
    utimesSync(path, new Date(NOW - 3 * DAY), new Date(NOW - 3 * DAY));
    const { notes } = await runOnce(dir, { files: { own: { path, 'stale-after': '2d' }, old: { path } } });
    assert.deepEqual(notes, [
      `sensor_silent: list own (${path}) has given nothing new since 2026-01-12T00:00:00.000Z: what is known from it grows old`,
    ]);
  }));

test('what was told before a restart is over when a list is fresh, and not before', () =>
  withDir(async (dir) => {
    const path = join(dir, 'list.txt');
    writeFileSync(path, '1.2.3.4\n');
    utimesSync(path, new Date(NOW), new Date(NOW));
    const fresh = await runOnce(dir, { files: { own: { path, 'stale-after': '2d' } } }, 0, undefined, 'list own');
    assert.deepEqual([fresh.notes, [...fresh.open]], [[], []]);
    const gone = { files: { own: { path: `${path}.away` } } };
    assert.deepEqual([...(await runOnce(dir, gone, 0, undefined, 'list own')).open], ['list own']);
  }));

test('kept state that is broken is told of, and the list begins anew', () =>
  withDir((dir) =>
    withApiban(
      () => [400, END],
      async ({ url, asked }) => {
        writeFileSync(join(dir, 'apiban.json'), '{"cursor":7}');
        const config = { apiban: { key: 'key-of-a-test', url } };
        const { said } = await runOnce(dir, config, 0, () => asked.length > 0);
        assert.match(said[0] ?? '', /cannot be read, it is asked for anew/);
        assert.match(asked[0]?.body ?? '', /"id":"100"/);
      },
    ),
  ));
