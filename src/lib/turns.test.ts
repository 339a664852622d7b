import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Turns } from './turns.ts';

it('tasks run one after the other, also after one that fails', async () => {
  const turns = new Turns();
  const seen: string[] = [];
  const task = (name: string) => async () => {
    seen.push(`${name} begins`);
    await setImmediate();
    seen.push(`${name} ends`);
    if (name === 'b') throw new Error('b failed');
    return name;
  };
  const results = await Promise.allSettled(['a', 'b', 'c'].map((name) => turns.take(task(name))));
  assert.deepEqual(seen, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  assert.deepEqual(
    results.map((result) => result.status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
});

it('a task begins only after the code that asked for it, so that what is queued together is done together', async () => {
  const turns = new Turns();
  const queue: number[] = [];
  const flush = turns.take(async () => queue.splice(0));
  queue.push(1, 2, 3);
  assert.deepEqual(await flush, [1, 2, 3]);
});
