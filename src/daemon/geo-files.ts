import type { GeoBook } from '../intel/geo/geo-book.ts';
import type { EventRow } from '../store/store.ts';
import { periodically } from './periodic.ts';

const EVERY_MS = 60_000;

export interface GeoFilesOptions {
  readonly book: Pick<GeoBook, 'round'>;
  readonly log: {
    info(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
  readonly note: (event: Pick<EventRow, 'type' | 'severity' | 'description'>) => void;
}

/** Keeps what is known of places in step with its files. One that cannot be used is a fault, told of once. */
export class GeoFiles {
  readonly #options: GeoFilesOptions;
  readonly #timers = new AsyncDisposableStack();
  #told: readonly string[] = [];

  constructor(options: GeoFilesOptions) {
    this.#options = { ...options };
  }

  /** Reads the files; then again when they change. */
  async start(): Promise<this> {
    const { log } = this.#options;
    await this.round();
    const onFault = (error: Error) => log.error({ error: error.message }, 'reading geographic data failed');
    this.#timers.use(periodically(EVERY_MS, () => this.round(), onFault));
    return this;
  }

  async round(): Promise<void> {
    const { book, log, note } = this.#options;
    const { read, faults } = await book.round();
    for (const database of read) log.info({ database }, 'geographic data was read');
    for (const { message } of faults) {
      if (this.#told.includes(message)) continue;
      log.error({ error: message }, 'geographic data cannot be read, what was known before remains');
      note({ type: 'sensor_silent', severity: 'error', description: `geographic data cannot be read: ${message}` });
    }
    this.#told = faults.map(({ message }) => message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#timers.disposeAsync();
  }
}
