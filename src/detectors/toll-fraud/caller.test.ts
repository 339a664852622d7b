import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NOW } from '../../../test/support/signals.ts';
import { Caller } from './caller.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const call = (id: string, at: number, isNew = true) => ({
  id,
  at,
  centsPerMinute: 10,
  isNew,
  source: '203.0.113.7',
  proven: 'yes' as const,
});

test('a country is new until a while after its first call', () => {
  const caller = new Caller(NOW);
  assert.equal(caller.isNewCountry('IL', NOW, DAY), true);
  caller.started('IL', call('a', NOW));
  assert.deepEqual(
    [caller.isNewCountry('IL', NOW + DAY - 1, DAY), caller.isNewCountry('IL', NOW + DAY, DAY)],
    [true, false],
  );
  caller.started('AT', call('b', NOW + DAY));
  caller.forgetNew(NOW + DAY, DAY);
  assert.deepEqual(
    [caller.isNewCountry('IL', NOW + 2 * DAY, DAY), caller.isNewCountry('AT', NOW + 5 * DAY, DAY)],
    [false, true],
  );
});

test('an hour is odd only for somebody with habits', () => {
  const caller = new Caller(NOW);
  const night = NOW + 14 * HOUR;
  assert.equal(caller.isOddHour(night), false);
  for (let i = 0; i < 30; i++) caller.called(NOW + (i % 3) * HOUR);
  assert.equal(caller.isOddHour(night), true);
  assert.deepEqual(
    [-2, -1, 0, 2, 3, 4].map((hours) => caller.isOddHour(NOW + (hours + 24) * HOUR)),
    [true, false, false, false, false, true],
  );
});

test('an hour that was not used for long is odd again', () => {
  const caller = new Caller(NOW);
  for (let i = 0; i < 30; i++) caller.called(NOW);
  caller.called(NOW + 6 * HOUR);
  for (let week = 1; week < 40; week++) caller.called(NOW + week * 7 * DAY);
  assert.equal(caller.isOddHour(NOW + 280 * DAY + 6 * HOUR), true);
  assert.equal(caller.isOddHour(NOW + 281 * DAY), false);
});

describe('new calls', () => {
  test('are those of late, and those that run', () => {
    const caller = new Caller(NOW);
    caller.started('IL', call('long', NOW));
    caller.answered('long', NOW + 1);
    caller.started('IL', call('short', NOW + 1));
    caller.answered('short', NOW + 2);
    caller.ended('short', NOW + MINUTE);
    caller.started('AT', call('known', NOW + 2, false));
    assert.deepEqual(caller.newCalls(NOW + 5 * MINUTE, 10 * MINUTE), { count: 2, centsPerMinute: 20, running: 1 });
    assert.deepEqual(caller.newCalls(NOW + HOUR, 10 * MINUTE), { count: 1, centsPerMinute: 10, running: 1 });
  });
  test('are bounded, whatever is called', () => {
    const caller = new Caller(NOW);
    for (let i = 0; i < 1000; i++) caller.started('IL', call(`c${i}`, NOW + i));
    assert.equal(caller.newCalls(NOW + 1000, HOUR).count, 64);
  });
});

describe('spending', () => {
  test('counts what was talked, and what is being talked', () => {
    const caller = new Caller(NOW);
    for (const id of ['a', 'b', 'unanswered']) caller.started('IL', call(id, NOW));
    caller.answered('a', NOW);
    caller.answered('b', NOW);
    caller.ended('a', NOW + 2 * MINUTE);
    caller.ended('a', NOW + 9 * MINUTE);
    assert.equal(caller.spentToday(NOW + 3 * MINUTE), 50);
  });
  test('counts each of several calls of one id', () => {
    const caller = new Caller(NOW);
    for (let i = 0; i < 3; i++) caller.started('IL', call('same', NOW));
    for (let i = 0; i < 3; i++) caller.answered('same', NOW);
    caller.ended('same', NOW + MINUTE);
    assert.equal(caller.spentToday(NOW + 2 * MINUTE), 50);
  });
  test('goes on for what runs, however many calls come to nothing meanwhile', () => {
    const caller = new Caller(NOW);
    caller.started('IL', call('a', NOW));
    caller.answered('a', NOW);
    for (let i = 0; i < 200; i++) caller.started('IL', call(`c${i}`, NOW + i));
    assert.equal(caller.spentToday(NOW + 5 * MINUTE), 50);
    for (let i = 0; i < 200; i++) {
      caller.started('IL', call(`d${i}`, NOW));
      caller.answered(`d${i}`, NOW);
    }
    assert.ok(caller.spentToday(NOW + MINUTE) <= 640, 'bounded all the same');
  });
  test('of a call is believed for two hours', () => {
    const caller = new Caller(NOW);
    caller.started('IL', call('a', NOW));
    assert.equal(caller.runningCall(NOW), undefined);
    caller.answered('a', NOW);
    assert.equal(caller.runningCall(NOW + 2 * HOUR)?.id, 'a');
    assert.equal(caller.runningCall(NOW + 2 * HOUR + 1), undefined);
    caller.ended('a', NOW + 1);
    assert.equal(caller.runningCall(NOW + 2), undefined);
  });
  test('becomes a habit over days, and fades', () => {
    const caller = new Caller(NOW);
    for (let day = 0; day < 30; day++) {
      caller.started('IL', call(`d${day}`, NOW + day * DAY));
      caller.answered(`d${day}`, NOW + day * DAY);
      caller.ended(`d${day}`, NOW + day * DAY + 10 * MINUTE);
    }
    assert.equal(caller.spentToday(NOW + 30 * DAY), 0);
    assert.ok(caller.spentByHabit > 95 && caller.spentByHabit <= 100, String(caller.spentByHabit));
    caller.spentToday(NOW + 60 * DAY);
    assert.ok(caller.spentByHabit < 1);
  });
});
