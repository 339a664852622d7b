import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NOW } from '../../test/support/signals.ts';
import { Flow } from '../lib/flow.ts';
import { Network } from '../lib/network.ts';
import { Offenders } from './offenders.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const network = (text: string) => Network.parse(text) ?? assert.fail(text);
const make = () => new Offenders({ maxOffenders: 100, forgiveAfterMs: 30 * DAY });

describe('a source is blocked', () => {
  test('by the network around it, also when a narrower block has ended inside', () => {
    const offenders = make();
    offenders.noteBlock(network('203.0.0.0/16'), NOW + DAY, undefined);
    offenders.noteBlock(network('203.0.113.0/24'), NOW + HOUR, undefined);
    offenders.noteBlock(network('203.0.113.7'), NOW + 1, undefined);
    const blocked = (text: string, at: number) => offenders.isBlocked(network(text), at);
    assert.ok(blocked('203.0.113.7', NOW + 2 * HOUR));
    assert.ok(blocked('203.0.113.0/24', NOW + 2 * HOUR));
    assert.ok(!blocked('203.0.113.7', NOW + DAY));
    assert.ok(!blocked('203.1.113.7', NOW));
  });
  test('not by what is inside it', () => {
    const offenders = make();
    offenders.noteBlock(network('203.0.113.0/28'), NOW + DAY, undefined);
    assert.ok(!offenders.isBlocked(network('203.0.113.0/24'), NOW));
    assert.ok(!offenders.isBlocked(network('203.0.113.16'), NOW));
  });
  test('forever, however many others come after, until it is lifted', () => {
    const offenders = make();
    const forever = ['203.0.113.7', '203.0.112.0/24', '2001:db8::/32'].map(network);
    for (const target of forever) offenders.noteBlock(target, Infinity, undefined);
    for (let i = 0; i < 1000; i++) offenders.noteBlock(network(`10.0.${i >> 8}.${i & 255}`), NOW + i, 1);
    offenders.expire(NOW + 400 * DAY);
    for (const target of forever) assert.ok(offenders.isBlocked(target, NOW + 400 * DAY), target.text);
    assert.ok(offenders.isBlocked(network('2001:db8:1:2::/64'), NOW));
    for (const target of forever) offenders.noteUnblock(target, NOW);
    for (const target of forever) assert.ok(!offenders.isBlocked(target, NOW), target.text);
  });
});

describe('a flow', () => {
  const flow = Flow.parse('udp:203.0.113.7:5071') ?? assert.fail();
  const address = network('203.0.113.7');

  test('is blocked by itself, its address, or a network around it; not its address by it', () => {
    for (const text of ['203.0.113.7', '203.0.0.0/16']) {
      const offenders = make();
      offenders.noteBlock(network(text), NOW + HOUR, undefined);
      assert.ok(offenders.isBlocked(flow, NOW), text);
    }
    const offenders = make();
    offenders.punish(flow, NOW, { ms: HOUR, before: 0 }, false);
    assert.ok(offenders.isBlocked(flow, NOW));
    assert.ok(!offenders.isBlocked(address, NOW));
    assert.ok(
      offenders.isWelcome({ address: address.base, at: NOW, proven: 'yes' }),
      'whoever else is there is trusted',
    );
    assert.equal(offenders.sentence(address, NOW + HOUR, [1, 2], false).before, 0);
    assert.equal(offenders.sentence(flow, NOW + HOUR, [1, 2], false).before, 1);
  });

  test('that a person lets in is no offender, and its address is left alone for a minute', () => {
    const offenders = make();
    offenders.punish(flow, NOW, { ms: HOUR, before: 0 }, false);
    offenders.noteUnblock(flow, NOW + 1);
    assert.ok(!offenders.isBlocked(flow, NOW + 1));
    assert.equal(offenders.sentence(flow, NOW + 1, [1, 2], false).before, 0);
    assert.deepEqual(
      [1, 60_000, 60_001].map((ms) => offenders.isLifted(address, NOW + ms)),
      [true, true, false],
    );
  });
});

describe('of two blocks of one source', () => {
  const target = network('203.0.113.7');
  const { base } = target;

  test('the longer one holds, whoever made it', () => {
    const offenders = make();
    offenders.punish(target, NOW, { ms: HOUR, before: 0 }, false);
    offenders.noteBlock(target, NOW + 1000, undefined);
    assert.ok(offenders.isBlocked(target, NOW + HOUR - 1));
    assert.ok(!offenders.isBlocked(target, NOW + HOUR));
  });
  test('one by decision goes on being a reason for distrust', () => {
    const offenders = make();
    offenders.punish(target, NOW, { ms: HOUR, before: 0 }, false);
    offenders.noteBlock(target, NOW + 2 * HOUR, undefined);
    assert.deepEqual(
      [
        offenders.isWelcome({ address: base, at: NOW + 3 * HOUR, proven: 'yes' }),
        offenders.isWelcome({ address: base, at: NOW + 25 * HOUR, proven: 'yes' }),
      ],
      [false, true],
    );
  });
});

test('a block of a device set wrongly is no reason for distrust, takes none back, and leaves one try afterwards', () => {
  const target = network('203.0.113.7');
  const offenders = make();
  const sentence = { ms: HOUR, before: 0 };
  const isWelcome = (at: number) => offenders.isWelcome({ address: target.base, at, proven: 'yes' });
  offenders.punish(target, NOW, sentence, false, true);
  assert.ok(isWelcome(NOW + HOUR));
  assert.deepEqual(
    [0, 1, 2].map((i) => offenders.spendTrial(target, NOW + HOUR + i)),
    [true, false, false],
  );
  offenders.punish(target, NOW + 2 * HOUR, sentence, false);
  offenders.punish(target, NOW + 4 * HOUR, sentence, false, true);
  assert.deepEqual([isWelcome(NOW + 6 * HOUR), isWelcome(NOW + 27 * HOUR)], [false, true]);
  assert.ok(!offenders.spendTrial(target, NOW + 6 * HOUR), 'it ends');
});

test('a block known from before the restart is as much a reason for distrust; one by hand is none after its end', () => {
  const { base } = network('203.0.113.7');
  const decided = make();
  decided.noteBlock(network('203.0.113.7'), NOW, 1);
  assert.deepEqual(
    [
      decided.isWelcome({ address: base, at: NOW + DAY - 1, proven: 'yes' }),
      decided.isWelcome({ address: base, at: NOW + DAY, proven: 'yes' }),
    ],
    [false, true],
  );
  const byHand = make();
  byHand.noteBlock(network('203.0.113.7'), NOW, undefined);
  assert.ok(byHand.isWelcome({ address: base, at: NOW, proven: 'yes' }));
});

describe('a block that a person lifted', () => {
  test('stays lifted for a minute, for all that it held', () => {
    const offenders = make();
    offenders.noteBlock(network('203.0.113.0/24'), NOW + HOUR, 1);
    offenders.noteUnblock(network('203.0.113.0/24'), NOW);
    const lifted = (text: string, at: number) => offenders.isLifted(network(text), at);
    assert.deepEqual([lifted('203.0.113.7', NOW + 59_999), lifted('203.0.113.7', NOW + 60_000)], [true, false]);
    assert.ok(!lifted('203.0.112.0/23', NOW));
  });
  test('counts no more; lifting what is not blocked changes nothing', () => {
    const offenders = make();
    const target = network('203.0.113.7');
    const times = [1000, 2000, 3000];
    offenders.noteBlock(target, NOW + HOUR, 2);
    offenders.noteUnblock(target, NOW);
    offenders.noteUnblock(target, NOW + 1);
    assert.deepEqual(offenders.sentence(target, NOW + 2, times, false), { before: 1, ms: 2000 });
    offenders.noteUnblock(network('203.0.113.8'), NOW);
    assert.ok(!offenders.isLifted(network('203.0.113.8'), NOW));
  });
  test('can be blocked again by hand at once', () => {
    const offenders = make();
    offenders.noteBlock(network('203.0.113.7'), NOW + HOUR, 1);
    offenders.noteUnblock(network('203.0.113.7'), NOW);
    offenders.noteBlock(network('203.0.113.7'), NOW + HOUR, undefined);
    assert.ok(offenders.isBlocked(network('203.0.113.7'), NOW + 1));
    assert.ok(!offenders.isLifted(network('203.0.113.7'), NOW + 1));
  });
});

test('a network that is forgotten is forgotten whole', () => {
  const offenders = make();
  for (let i = 0; i < 1000; i++) offenders.noteBlock(network(`10.${i >> 8}.${i & 255}.0/24`), NOW + DAY, 1);
  assert.ok(offenders.size <= 100);
  const blocked = Array.from({ length: 1000 }, (_, i) => network(`10.${i >> 8}.${i & 255}.7`)).filter((one) =>
    offenders.isBlocked(one, NOW),
  );
  assert.equal(blocked.length, offenders.size);
});

describe('a block for what others may have forged', () => {
  const target = network('203.0.113.7');
  const welcome = (offenders: Offenders, at: number, proven: 'yes' | 'no') =>
    offenders.isWelcome({ address: target.base, at, proven });

  test('is no reason to distrust a success that nobody can forge; one that may be forged is none for a day', () => {
    const offenders = make();
    offenders.punish(target, NOW, { ms: HOUR, before: 0 }, true);
    assert.ok(welcome(offenders, NOW + HOUR, 'yes'));
    assert.deepEqual(
      [welcome(offenders, NOW + HOUR + DAY - 1, 'no'), welcome(offenders, NOW + HOUR + DAY, 'no')],
      [false, true],
    );
  });
  test('takes back no distrust that was earned, and adds none to it', () => {
    const offenders = make();
    offenders.punish(target, NOW, { ms: HOUR, before: 0 }, false);
    offenders.punish(target, NOW + 2 * HOUR, { ms: HOUR, before: 1 }, true);
    assert.ok(!welcome(offenders, NOW + HOUR + DAY - 1, 'yes'));
    assert.ok(welcome(offenders, NOW + HOUR + DAY, 'yes'));
  });
});
