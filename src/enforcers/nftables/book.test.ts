import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { network } from '../enforcer.testkit.ts';
import { Book } from './book.ts';
import { Comparison } from './comparison.ts';

const NOW = Date.UTC(2026, 0, 1);
const TOLERANCE_MS = 2_000;
const block = (text: string, seconds?: number) => ({
  target: network(text),
  expiresAt: seconds === undefined ? undefined : NOW + seconds * 1000,
});
const texts = (targets: Iterable<{ readonly text: string }>) => [...targets].map((target) => target.text).sort();

describe('the book', () => {
  it('extends, never shortens', () => {
    const book = new Book();
    assert.ok(book.extend(block('192.0.2.1', 60), NOW));
    assert.ok(book.extend(block('192.0.2.1', 30), NOW));
    assert.equal(book.get(network('192.0.2.1'))?.expiresAt, NOW + 60_000);
    book.extend(block('192.0.2.1'), NOW);
    book.extend(block('192.0.2.1', 90), NOW);
    assert.equal(book.get(network('192.0.2.1'))?.expiresAt, undefined);
    assert.equal(book.size, 1);
  });

  it('takes nothing that has ended, nor the canaries', () => {
    const book = new Book();
    for (const one of [
      block('192.0.2.1', 0),
      block('255.255.255.255'),
      block('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'),
    ]) {
      assert.equal(book.extend(one, NOW), false);
      if (one.expiresAt === undefined) book.set(one);
    }
    assert.equal(book.size, 0);
  });

  it('forgets what has ended some time ago', () => {
    const book = new Book();
    book.replace([block('192.0.2.1', 1), block('192.0.2.2', 900), block('10.0.0.0/8')], NOW);
    book.forgetEnded(NOW + 30_000);
    assert.equal(book.size, 3);
    book.forgetEnded(NOW + 120_000);
    assert.deepEqual(texts(book.values().map(({ target }) => target)), ['10.0.0.0/8', '192.0.2.2']);
    assert.equal(book.sizeOf('block4-32'), 1);
  });
});

describe('a comparison', () => {
  async function compare(wanted: readonly ReturnType<typeof block>[], held: readonly ReturnType<typeof block>[]) {
    const book = new Book();
    book.replace(wanted, NOW);
    const comparison = new Comparison(book);
    for (const one of held) comparison.see(one, TOLERANCE_MS, NOW);
    const { missing, surplus } = await comparison.finish(TOLERANCE_MS, NOW);
    return { missing: texts(missing), surplus: texts(surplus) };
  }

  it('finds what is missing, too much, or ends at another time', async () => {
    const wanted = [block('192.0.2.1', 60), block('192.0.2.2', 60), block('192.0.2.3'), block('192.0.2.4', 60)];
    const held = [block('192.0.2.1', 61), block('192.0.2.2', 90), block('192.0.2.3', 60), block('192.0.2.5', 60)];
    assert.deepEqual(await compare(wanted, held), {
      missing: ['192.0.2.2', '192.0.2.3', '192.0.2.4'],
      surplus: ['192.0.2.5'],
    });
  });

  it('leaves alone what is about to end', async () => {
    assert.deepEqual(await compare([block('192.0.2.1', 1)], [block('192.0.2.2', 1)]), { missing: [], surplus: [] });
  });

  it('makes the book what the caller says, but for what has changed since', async () => {
    const book = new Book();
    book.replace(
      ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((text) => block(text, 600)),
      NOW,
    );
    const comparison = new Comparison(book);
    book.delete(network('192.0.2.1'));
    comparison.touch(network('192.0.2.1'));
    book.extend(block('192.0.2.9', 60), NOW);
    comparison.touch(network('192.0.2.9'));
    await comparison.takeOver([block('192.0.2.1', 600), block('192.0.2.2', 60), block('192.0.2.4', 0)], NOW);
    assert.deepEqual(texts(book.values().map(({ target }) => target)), ['192.0.2.2', '192.0.2.9']);
    assert.equal(book.get(network('192.0.2.2'))?.expiresAt, NOW + 60_000);
    comparison.see(block('192.0.2.1', 600), TOLERANCE_MS, NOW);
    const { missing, surplus } = await comparison.finish(TOLERANCE_MS, NOW);
    assert.deepEqual([texts(missing), texts(surplus)], [['192.0.2.2'], []]);
  });
});
