import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ACCOUNT_WORDS, isKnown, judge, noteCall, noteRegistration } from './account.ts';
import { behaviourConfig } from './config.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LEARN_MS = 14 * DAY;
/** A Monday, midnight UTC. */
const START = Date.UTC(2026, 0, 12);
const NOW = START + 28 * DAY + 2 * HOUR;
const BASE = 5;
const RULES = behaviourConfig.parse({});
const QUIET_SITE = { busyness: () => 1 };

const empty = () => new Uint32Array(BASE + ACCOUNT_WORDS + 1);
/** Registers every other hour, and never calls. */
function known(days = 28) {
  const record = empty();
  for (let at = START; at < START + days * DAY; at += 2 * HOUR) noteRegistration(record, BASE, at, 1, 1);
  return record;
}
const callOften = (record: Uint32Array, calls: number, destination?: number) => {
  for (let i = 0; i < calls; i++) noteCall(record, BASE, NOW + i, 1, destination);
  return judge(record, BASE, NOW + calls, RULES, QUIET_SITE);
};

test('an account is known after enough days with enough events', () => {
  assert.equal(isKnown(known(), BASE, NOW, LEARN_MS), true);
  assert.equal(isKnown(known(13), BASE, START + 13 * DAY, LEARN_MS), false);
  const seldom = empty();
  for (let day = 0; day < 28; day++) noteRegistration(seldom, BASE, START + day * DAY, 1, 1);
  assert.equal(isKnown(seldom, BASE, NOW, LEARN_MS), false);
  const fewDays = empty();
  for (let i = 0; i < 900; i++) noteRegistration(fewDays, BASE, START + Math.floor(i / 100) * 3 * DAY, 1, 1);
  assert.equal(isKnown(fewDays, BASE, NOW, LEARN_MS), false);
});

test('nothing is written beside the record', () => {
  const record = known();
  callOften(record, 100, 7);
  assert.deepEqual([...record.slice(0, BASE), record.at(-1)], [0, 0, 0, 0, 0, 0]);
});

describe('calls', () => {
  test('deviate, and are told once', () => {
    const record = known();
    const found = callOften(record, 20);
    assert.deepEqual([found?.what, found?.count, found?.severity, found?.since], ['calls', 20, 'warning', NOW]);
    assert.equal(callOften(record, 20), undefined);
  });
  test('may be as many more as the others make', () => {
    const record = known();
    for (let i = 0; i < 30; i++) noteCall(record, BASE, NOW + i, 1, undefined);
    assert.equal(judge(record, BASE, NOW + 30, RULES, { busyness: () => 2 }), undefined);
    assert.equal(judge(record, BASE, NOW + 30, RULES, { busyness: () => 1.5 })?.count, 30);
  });
});

test('each habit is told by itself', () => {
  const record = known();
  for (let thing = 0; thing < 12; thing++) noteRegistration(record, BASE, NOW, thing, thing);
  for (let thing = 0; thing < 12; thing++) noteCall(record, BASE, NOW, 1, thing);
  const told = Array.from({ length: 6 }, () => judge(record, BASE, NOW, RULES, QUIET_SITE));
  assert.deepEqual(
    told.map((one) => one?.what),
    ['networks', 'destinations', 'user agents', undefined, undefined, undefined],
  );
});

test('a registration tells whether its product is new to the account', () => {
  const record = known();
  const answers = [1, 2, 2, undefined].map((product) => noteRegistration(record, BASE, NOW, 1, product));
  assert.deepEqual(answers, [false, true, false, false]);
});
