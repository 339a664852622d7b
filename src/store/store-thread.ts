import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import {
  answeredError,
  OPENED,
  type StoreAnswer,
  type StoreCall,
  type StoreMethod,
  type WorkerStart,
} from './store-calls.ts';
import { StoreError } from './store-error.ts';

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: StoreError) => void;
}

/** tsc rewrites `.ts` in imports only, so the worker's file takes the extension of this one. */
const WORKER = new URL(`./store-worker${extname(import.meta.url)}`, import.meta.url);

/**
 * One worker thread with one open database. States: opening, until `opened` settles; open; closing, from `close` on;
 * ended. A thread that could not open its database, or that crashed, is ended: its calls fail and another is started.
 */
export class StoreThread {
  /** Resolves when the database is open; rejects with the reason why it cannot be opened. */
  readonly opened: Promise<unknown>;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #exited: Promise<void>;
  readonly #onCrash: (error: StoreError) => void;
  #lastId = OPENED;
  #closing = false;
  #ended = false;

  /** @param file what the thread runs; only tests say otherwise */
  constructor(start: WorkerStart, onCrash: (error: StoreError) => void, file: URL = WORKER) {
    // Without the options of this process: some, as --input-type, no worker can be started with.
    this.#worker = new Worker(file, { workerData: start, name: 'sipward-store', execArgv: [] });
    this.#onCrash = onCrash;
    this.opened = this.#answerTo(OPENED);
    this.#worker.on('message', (answer: StoreAnswer) => this.#answered(answer));
    this.#worker.on('error', (error: Error) => this.#crashed(error));
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        this.#crashed(new Error('it ended by itself'));
        resolve();
      });
    });
  }

  get ended(): boolean {
    return this.#ended;
  }

  async call(method: StoreMethod, parameters: readonly unknown[]): Promise<unknown> {
    const call: StoreCall = { id: ++this.#lastId, method, parameters: JSON.stringify(parameters) };
    const answer = this.#answerTo(call.id);
    this.#worker.postMessage(call);
    return await answer;
  }

  /** Waits for calls under way, closes the database and ends the thread. */
  async close(): Promise<void> {
    // Why it could not be opened was told to whoever opened it.
    await this.opened.catch(() => undefined);
    if (!this.#ended) {
      this.#closing = true;
      await this.call('close', []);
    }
    await this.#exited;
  }

  #answerTo(id: number): Promise<unknown> {
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #answered(answer: StoreAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.error === undefined) {
      waiting?.resolve(answer.result === undefined ? undefined : JSON.parse(answer.result));
      return;
    }
    const error = answeredError(answer.error);
    waiting?.reject(error);
    // Without a database the thread has nothing to do and ends.
    if (answer.id === OPENED) this.#ended = true;
    else if (error.code === 'store_stopped') this.#stopped(error);
  }

  #crashed(cause: Error): void {
    this.#stopped(new StoreError('store_stopped', `the thread of the store stopped: ${cause.message}`, { cause }));
  }

  #stopped(error: StoreError): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
    if (!this.#closing) this.#onCrash(error);
  }
}
