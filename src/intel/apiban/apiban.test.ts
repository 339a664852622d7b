import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ReputationBook } from '../reputation-book.ts';
import { withApiban } from './apiban.testkit.ts';
import { ApibanClient } from './client.ts';
import { apibanConfig } from './config.ts';
import { ApibanFeed, type ApibanState } from './feed.ts';

const NOW = Date.UTC(2026, 0, 15);
const DAY = 86_400_000;
const KEY = 'secret-key-0123';
const never = new AbortController().signal;
const END = [400, '{"ipaddress":["no new bans"],"ID":"none"}'] as const;
const page = (number: number) =>
  [200, JSON.stringify({ ipaddress: [`1.2.${number}.1`, `1.2.${number}.2`], ID: String(1000 + number) })] as const;

function feedTo(url: string, api: 'v1' | 'v2' = 'v2') {
  const saved: ApibanState[] = [];
  const book = new ReputationBook({ maxEntries: 1000, isExempt: (network) => network.text === '1.2.0.2' });
  const client = new ApibanClient({ url, api, key: KEY });
  const save = (state: ApibanState) => {
    saved.push(state);
    return Promise.resolve();
  };
  return { feed: new ApibanFeed({ client, book, keepMs: 7 * DAY, save }), book, saved };
}

describe('the client', () => {
  test('asks v2 with the key in a header', () =>
    withApiban(
      () => page(0),
      async ({ url, asked }) => {
        await new ApibanClient({ url, api: 'v2', key: KEY }).page('100', never);
        assert.deepEqual(asked, [
          { method: 'POST', path: '/api/get', authorization: `Bearer ${KEY}`, body: '{"set":"sip","id":"100"}' },
        ]);
      },
    ));
  test('asks v1 with the key in the address', () =>
    withApiban(
      () => page(0),
      async ({ url, asked }) => {
        const { next } = await new ApibanClient({ url, api: 'v1', key: KEY }).page('100', never);
        assert.equal(next, '1000');
        assert.deepEqual([asked[0]?.method, asked[0]?.path], ['GET', `/api/${KEY}/banned/100`]);
      },
    ));
  test('never tells the key, whatever goes wrong', async () => {
    for (const api of ['v1', 'v2'] as const) {
      const client = new ApibanClient({ url: 'http://127.0.0.1:1/api', api, key: KEY });
      await assert.rejects(client.page('100', never), (error: Error) => {
        assert.match(error.message, /^APIBan cannot be reached: /);
        assert.ok(!`${error.message} ${error.stack}`.includes(KEY));
        return true;
      });
    }
  });
  test('does not read without end', () =>
    withApiban(
      () => [200, ' '.repeat(2 << 20)],
      async ({ url }) => {
        await assert.rejects(
          new ApibanClient({ url, api: 'v2', key: KEY }).page('100', never),
          /more than 1048576 bytes/,
        );
      },
    ));
});

describe('the feed', () => {
  test('goes on to the end of the list and saves after each page', () =>
    withApiban(
      (before) => (before < 3 ? page(before) : END),
      async ({ url, asked }) => {
        const { feed, book, saved } = feedTo(url);
        const round = await feed.round(NOW, never);
        assert.deepEqual(round, { pages: 4, added: 5, refused: 1, overflow: 0, unreadable: 0 });
        assert.deepEqual(
          asked.map(({ body }) => (JSON.parse(body) as { id: string }).id),
          ['100', '1000', '1001', '1002'],
        );
        assert.deepEqual(
          saved.map(({ cursor, entries }) => [cursor, entries.length]),
          [
            ['1000', 1],
            ['1001', 3],
            ['1002', 5],
          ],
        );
        assert.deepEqual(book.entriesOf('apiban')[0], ['1.2.0.1', NOW + 7 * DAY]);
        assert.equal(feed.succeededAt, NOW);
      },
    ));
  test('asks no more often than it may', () =>
    withApiban(page, async ({ url, asked }) => {
      const { feed } = feedTo(url);
      assert.equal((await feed.round(NOW, never)).pages, 10);
      await feed.round(NOW + 600_000, never);
      assert.equal(asked.length, 20);
    }));
  test('keeps what it has when the service fails in between, and goes on there', () =>
    withApiban(
      (before) =>
        before === 1
          ? [429, '{"ipaddress":"rate limit exceeded","ID":"unauthorized"}']
          : before < 3
            ? page(before)
            : END,
      async ({ url, asked }) => {
        const { feed, book } = feedTo(url);
        await assert.rejects(feed.round(NOW, never), /asked too often/);
        assert.equal(book.size, 1);
        await feed.round(NOW + 600_000, never);
        assert.match(asked[2]?.body ?? '', /"id":"1000"/);
      },
    ));
  test('ends when the cursor stands still', () =>
    withApiban(
      () => page(5),
      async ({ url, asked }) => {
        const { feed } = feedTo(url);
        await feed.round(NOW, never);
        assert.equal(asked.length, 2);
      },
    ));
  test('goes on after a restart, with what was listed', () =>
    withApiban(
      () => END,
      async ({ url, asked }) => {
        const { feed, book } = feedTo(url);
        feed.restore({
          cursor: '4711',
          entries: [
            ['1.2.3.4', NOW + DAY],
            ['nonsense', 7],
            ['10.0.0.1', NOW + DAY],
          ],
        });
        assert.deepEqual(book.entriesOf('apiban'), [['1.2.3.4', NOW + DAY]]);
        await feed.round(NOW, never);
        assert.match(asked[0]?.body ?? '', /"id":"4711"/);
      },
    ));
});

test('the configuration asks nobody without a key, and not too often', () => {
  assert.equal(apibanConfig.parse({}).key, undefined);
  assert.equal(apibanConfig.parse({}).every, 600_000);
  assert.throws(() => apibanConfig.parse({ every: '1m' }), /at least 2m/);
  assert.throws(() => apibanConfig.parse({ url: 'file:///etc/passwd' }), /expected an http or https address/);
  assert.throws(() => apibanConfig.parse({ key: '../..' }), /expected the key/);
});
