import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mix } from '../text-hash.ts';
import { hasSeen, see } from './seen.ts';

const DAY = 20_000;
const KEEP = 56;

test('a thing is new once', () => {
  const record = new Uint32Array(6);
  assert.deepEqual(
    [1, 2, 1, 2].map((thing) => see(record, 1, 4, mix(thing), DAY, KEEP)),
    [true, true, false, false],
  );
  assert.deepEqual([record[0], record[5]], [0, 0]);
});

test('whether it was seen can be asked', () => {
  const record = new Uint32Array(6);
  see(record, 1, 4, mix(1), DAY, KEEP);
  assert.deepEqual([hasSeen(record, 1, 4, mix(1)), hasSeen(record, 1, 4, mix(2))], [true, false]);
  assert.equal(hasSeen(record, 2, 4, mix(1)), false);
});

test('and again when it was not seen for long', () => {
  const record = new Uint32Array(4);
  const days = [0, 56, 112, 169, 169];
  assert.deepEqual(
    days.map((day) => see(record, 0, 4, mix(1), DAY + day, KEEP)),
    [true, false, false, true, false],
  );
});

test('when all are taken, the one unseen for longest gives way', () => {
  const record = new Uint32Array(3);
  for (const [day, thing] of [1, 2, 3, 1, 4].entries()) see(record, 0, 3, mix(thing), DAY + day, KEEP);
  assert.deepEqual(
    [1, 3, 4].map((thing) => see(record, 0, 3, mix(thing), DAY + 5, KEEP)),
    [false, false, false],
  );
  assert.equal(see(record, 0, 3, mix(2), DAY + 5, KEEP), true);
});

test('any hash will do, and a day that comes late is no age', () => {
  const record = new Uint32Array(4);
  for (const hash of [0, 2 ** 32 - 1, -1, 2 ** 20 - 1]) see(record, 0, 4, hash, DAY, KEEP);
  assert.equal(see(record, 0, 4, 0, DAY - 1, KEEP), false);
});
