import type { StoreConfig } from './config.ts';
import type { Store } from './store.ts';
import { STORE_METHODS, type StoreMethod } from './store-calls.ts';
import { StoreError } from './store-error.ts';
import { StoreThread } from './store-thread.ts';

export interface OpenStoreOptions {
  /** Directory of the embedded database unless the configuration names a file. */
  readonly stateDir: string;
  /** Told when the thread of the store ended unexpectedly. Calls fail, retryable; the next one starts a new thread. */
  readonly onFault?: (error: StoreError) => void;
}

/**
 * Opens the configured store, in a thread of its own, with its schema brought up to date.
 * @throws StoreError, also of every method of the store; `retryable` says whether to try again
 */
export async function openStore(config: StoreConfig, options: OpenStoreOptions): Promise<Store> {
  const remote = new RemoteStore(config, { ...options });
  await remote.opened();
  const methods = STORE_METHODS.map((method) => [
    method,
    (...parameters: unknown[]) => remote.call(method, parameters),
  ]);
  return Object.fromEntries(methods) as Store;
}

/** Hands each call to the thread, and starts a new thread if the last one is gone. */
class RemoteStore {
  readonly #config: StoreConfig;
  readonly #options: OpenStoreOptions;
  #thread: StoreThread | undefined;
  #closing: Promise<void> | undefined;

  constructor(config: StoreConfig, options: OpenStoreOptions) {
    this.#config = config;
    this.#options = options;
  }

  /** Resolves when the database is open, or rejects with the reason why it cannot be. */
  async opened(): Promise<void> {
    await this.#running().opened;
  }

  async call(method: StoreMethod, parameters: readonly unknown[]): Promise<unknown> {
    if (this.#closing !== undefined && method !== 'close') throw new StoreError('store_closed', 'the store was closed');
    if (method === 'close') return await this.#close();
    const thread = this.#running();
    await thread.opened;
    return await thread.call(method, parameters);
  }

  #running(): StoreThread {
    if (this.#thread === undefined || this.#thread.ended) {
      const start = { config: this.#config, stateDir: this.#options.stateDir };
      this.#thread = new StoreThread(start, (error) => this.#options.onFault?.(error));
    }
    return this.#thread;
  }

  async #close(): Promise<void> {
    this.#closing ??= this.#thread?.close() ?? Promise.resolve();
    await this.#closing;
  }
}
