import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BackOff, pause } from './back-off.ts';
import { periodically } from './periodic.ts';

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('runs again and again, never twice at a time, and survives failures', async () => {
  let running = 0;
  let runs = 0;
  const faults: string[] = [];
  {
    await using _timer = periodically(
      5,
      async () => {
        assert.equal(++running, 1);
        await sleep(15);
        running--;
        if (++runs === 1) throw new Error('once');
      },
      (error) => faults.push(error.message),
    );
    await sleep(100);
  }
  assert.equal(running, 0, 'disposing waits for the run under way');
  assert.ok(runs >= 2 && runs <= 8, `${runs} runs`);
  assert.deepEqual(faults, ['once']);
  const before = runs;
  await sleep(30);
  assert.equal(runs, before);
});

test('begins after the first span, or at once', async () => {
  const began: string[] = [];
  const note = (name: string) => async () => {
    began.push(name);
  };
  {
    await using _later = periodically(3_600_000, note('later'), assert.fail);
    await using _atOnce = periodically(3_600_000, note('at once'), assert.fail, { atOnce: true });
  }
  assert.deepEqual(began, ['at once']);
});

test('back-off doubles up to its longest and begins anew after a success', () => {
  const backOff = new BackOff(100, 450);
  assert.deepEqual([backOff.next(), backOff.next(), backOff.next(), backOff.next()], [100, 200, 400, 450]);
  backOff.reset();
  assert.equal(backOff.next(), 100);
});

test('a pause ends early when stopped', async () => {
  const stop = new AbortController();
  const started = performance.now();
  setTimeout(() => stop.abort(), 10);
  await pause(60_000, stop.signal);
  await pause(60_000, stop.signal);
  assert.ok(performance.now() - started < 30_000);
});
