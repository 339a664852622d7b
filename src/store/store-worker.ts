/** The thread a store lives in: opens the database of its `workerData`, then answers calls. */
import { parentPort, workerData } from 'node:worker_threads';
import { openEngine } from './open-engine.ts';
import { SqlStore } from './sql-store.ts';
import type { Store } from './store.ts';
import { errorAnswer, OPENED, type StoreAnswer, type StoreCall, type WorkerStart } from './store-calls.ts';
import { StoreError } from './store-error.ts';

const port = parentPort;
if (port === null) throw new Error('store-worker.ts is the entry of a worker thread');

const answer = (message: StoreAnswer) => port.postMessage(message);
const { config, stateDir } = workerData as WorkerStart;
try {
  const store = new SqlStore(await openEngine(config, stateDir));
  const underWay = new Set<Promise<void>>();
  port.on('message', (call: StoreCall) => {
    const done = call.method === 'close' ? close(store, call, [...underWay]) : run(store, call);
    underWay.add(done);
    void done.finally(() => underWay.delete(done));
  });
  answer({ id: OPENED });
} catch (error) {
  answer(errorAnswer(OPENED, error));
}

async function run(store: Store, call: StoreCall): Promise<void> {
  try {
    const method = store[call.method] as (...parameters: unknown[]) => Promise<unknown>;
    // JSON has no undefined: an argument left out in the middle came as null.
    const parameters = (JSON.parse(call.parameters) as unknown[]).map((value) => value ?? undefined);
    const result = await method.apply(store, parameters);
    answer({ id: call.id, result: JSON.stringify(result) });
  } catch (error) {
    answer(errorAnswer(call.id, error));
    // Another thread opens what is there now.
    if (error instanceof StoreError && error.code === 'store_stopped') port?.close();
  }
}

/** Nothing listens to the port after that, so the thread ends. */
async function close(store: Store, call: StoreCall, underWay: readonly Promise<void>[]): Promise<void> {
  await Promise.all(underWay);
  await run(store, call);
  port?.close();
}
