import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { forEachConcurrently } from './concurrently.ts';

describe('forEachConcurrently', () => {
  it('does everything once, never more than the limit at a time', async () => {
    const done: number[] = [];
    let running = 0;
    let most = 0;
    await forEachConcurrently([...Array(20).keys()], 3, async (item) => {
      most = Math.max(most, ++running);
      await setImmediate();
      running--;
      done.push(item);
    });
    assert.deepEqual(
      done.toSorted((a, b) => a - b),
      [...Array(20).keys()],
    );
    assert.equal(most, 3);
    await forEachConcurrently([], 3, () => assert.fail('nothing to do'));
  });

  it('rejects with the first failure after what was begun has ended, and begins no more', async () => {
    let begun = 0;
    const work = async (item: number) => {
      begun++;
      await setImmediate();
      if (item === 1) throw new Error('one failed');
    };
    await assert.rejects(forEachConcurrently([...Array(100).keys()], 2, work), /one failed/);
    assert.ok(begun < 6, `${begun} begun`);
  });
});
