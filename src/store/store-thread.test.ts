import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import type { StoreError } from './store-error.ts';
import { StoreThread } from './store-thread.ts';

const START = { config: { type: 'sqlite', path: ':memory:' }, stateDir: tmpdir() } as const;

/** A thread that says it is open and then does this when called. */
function fileOf(onCall: string): URL {
  const code = `import { parentPort } from 'node:worker_threads';
    parentPort.on('message', (call) => { ${onCall} });
    parentPort.postMessage({ id: 0 });`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}

test('calls are answered by the store in the thread, in any number at a time', async () => {
  const thread = new StoreThread(START, assert.fail);
  await thread.opened;
  const answers = await Promise.all([
    thread.call('positions', []),
    thread.call('allowlist', []),
    thread.call('positions', []),
  ]);
  assert.deepEqual(answers, [{}, [], {}]);
  await thread.close();
});

test('closing waits for the calls under way', async () => {
  const thread = new StoreThread(START, assert.fail);
  await thread.opened;
  const commit = { source: 'a', position: 1, signals: [], events: [], blocks: [] };
  const calls = [thread.call('commit', [commit]), thread.call('positions', [])];
  await thread.close();
  assert.deepEqual(await Promise.all(calls), [undefined, { a: 1 }]);
});

for (const [what, onCall] of [
  ['throws', `throw new Error('out of luck')`],
  ['ends', 'process.exit(1)'],
] as const) {
  test(`a thread that ${what} fails what was asked of it, retryable, and says so once`, async () => {
    const faults: StoreError[] = [];
    const thread = new StoreThread(START, (error) => faults.push(error), fileOf(onCall));
    await thread.opened;
    const calls = [thread.call('positions', []), thread.call('allowlist', [])];
    for (const call of calls) await assert.rejects(call, { code: 'store_stopped', retryable: true });
    assert.equal(thread.ended, true);
    assert.equal(faults.length, 1);
    await thread.close();
  });
}

test('a thread that cannot open its database says why and ends', async () => {
  const thread = new StoreThread(
    { config: { type: 'sqlite', path: '/proc/sipward/x.db' }, stateDir: tmpdir() },
    assert.fail,
  );
  await assert.rejects(thread.opened, { code: 'store_cannot_open' });
  assert.equal(thread.ended, true);
  await thread.close();
});
