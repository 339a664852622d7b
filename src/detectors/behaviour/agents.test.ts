import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AgentBook } from './agents.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 0, 12, 9);
const NEW_VERSION = { hash: 1, isVersion: true };

/** So many accounts come with it, an hour apart. */
function come(book: AgentBook, accounts: number, agent = NEW_VERSION, everyMs = HOUR, isSensorKnown = true) {
  return Array.from({ length: accounts }, (_, i) => book.note(agent, i, NOW + i * everyMs, isSensorKnown) ?? []).flat();
}

test('the tenth account with a new user agent is worth a word, once', () => {
  const [found, ...more] = come(new AgentBook(), 30);
  assert.equal(found?.severity, 'info');
  assert.equal(
    found?.reason,
    '10 accounts came within 9h with a user agent never seen here before, 10 of them with another version of what they had: a roll-out, or one tool with many passwords',
  );
  assert.deepEqual([found?.count, found?.since, more], [10, NOW, []]);
});

test('other products are told apart from other versions', () => {
  assert.match(come(new AgentBook(), 10, { hash: 1, isVersion: false })[0]?.reason ?? '', /before, 0 of them with/);
});

test('nothing is said of few, of one account again and again, of new accounts', () => {
  assert.deepEqual(come(new AgentBook(), 9), []);
  const book = new AgentBook();
  for (let i = 0; i < 100; i++) {
    assert.equal(book.note(NEW_VERSION, 7, NOW + i, true), undefined);
    assert.equal(book.note(NEW_VERSION, undefined, NOW + i, true), undefined);
  }
});

test('nothing is said of what spreads over weeks, or was there from the beginning', () => {
  assert.deepEqual(come(new AgentBook(), 30, NEW_VERSION, DAY), []);
  const book = new AgentBook();
  come(book, 1, NEW_VERSION, HOUR, false);
  assert.deepEqual(come(book, 30), []);
});

test('what is known survives a restart, is bounded, and is forgotten', () => {
  const book = new AgentBook();
  come(book, 9);
  const other = new AgentBook();
  other.restore(structuredClone(book.snapshot()));
  assert.equal(other.note(NEW_VERSION, 9, NOW + DAY, true)?.count, 10);
  for (let hash = 2; hash < 5000; hash++) book.note({ hash, isVersion: false }, 1, NOW + hash, true);
  assert.ok(book.snapshot().length <= 1024);
  book.expire(NOW + 60 * DAY);
  assert.deepEqual(book.snapshot(), []);
});
