import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ReputationBook } from '../reputation-book.ts';
import { fileFeedConfig } from './config.ts';
import { FileFeed, parseList } from './file-feed.ts';

const newBook = () => new ReputationBook({ maxEntries: 100, isExempt: () => false });

async function withFile(use: (path: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'sipward-list-'));
  try {
    await use(join(dir, 'list.txt'));
  } finally {
    rmSync(dir, { recursive: true });
  }
}

test('a list has an address or network a line, and remarks', () => {
  const { networks, unreadable } = parseList(
    '# remark\n1.2.3.4\r\n\n 5.6.7.0/24 ; why\n2a00:1450::1#x\nnonsense\n1.2.3.4/8\n',
  );
  assert.deepEqual([networks.map(({ text }) => text), unreadable], [['1.2.3.4', '5.6.7.0/24', '2a00:1450::1'], 2]);
});

test('the file is the whole list, and is read when it changes', () =>
  withFile(async (path) => {
    const book = newBook();
    const feed = new FileFeed('own', path, book);
    writeFileSync(path, '1.2.3.4\n10.0.0.1\nx\n');
    assert.deepEqual(await feed.round(), { added: 1, refused: 1, overflow: 0, unreadable: 1 });
    assert.equal(await feed.round(), undefined);
    writeFileSync(path, '1.2.3.5\n1.2.3.6\n');
    assert.equal((await feed.round())?.added, 2);
    assert.deepEqual(
      book.entriesOf('own').map(([text]) => text),
      ['1.2.3.5', '1.2.3.6'],
    );
  }));

test('a file that is away is an error, and the list stays', () =>
  withFile(async (path) => {
    const book = newBook();
    const feed = new FileFeed('own', path, book);
    await assert.rejects(feed.round(), /^Error: list own: .*list\.txt cannot be read \(ENOENT\)$/);
    writeFileSync(path, '1.2.3.4\n');
    await feed.round();
    rmSync(path);
    await assert.rejects(feed.round());
    assert.equal(book.size, 1);
  }));

test('the configuration wants a path and nothing else', () => {
  assert.deepEqual(fileFeedConfig.parse({ path: '/etc/bad.txt' }), { path: '/etc/bad.txt' });
  for (const wrong of [{}, { path: '' }, { path: '/a', url: 'x' }]) assert.throws(() => fileFeedConfig.parse(wrong));
});
