import type { GeoBook, GeoDatabase } from '../intel/geo/geo-book.ts';
import type { Clock } from '../lib/clock.ts';
import { FeedSilence } from '../silence/feed-silence.ts';
import type { OwnEvents } from './own-events.ts';
import { periodically } from './periodic.ts';
import { tellFeed } from './tell-feed.ts';

const EVERY_MS = 60_000;

export interface GeoFilesOptions {
  readonly book: Pick<GeoBook, 'round' | 'databases' | 'staleAfterMs'>;
  readonly clock: Clock;
  readonly log: {
    info(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
  readonly events: Pick<OwnEvents, 'note' | 'begin' | 'end'>;
}

/**
 * Keeps what is known of places in step with its files. One that cannot be used is told of once, and so is a file of the
 * operator that is not renewed any more. That the data which comes with sipward grows old is no silence, for nobody renews
 * it: `sipward doctor` says so.
 */
export class GeoFiles {
  readonly #options: GeoFilesOptions;
  readonly #timers = new AsyncDisposableStack();
  #logged: readonly string[] = [];
  readonly #silences = new Map<string, FeedSilence>();

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
    const { book, log } = this.#options;
    const { read, faults } = await book.round();
    for (const database of read) log.info({ database }, 'geographic data was read');
    for (const { message } of faults) {
      if (!this.#logged.includes(message))
        log.error({ error: message }, 'geographic data cannot be read, what was known before remains');
    }
    this.#logged = faults.map(({ message }) => message);
    for (const database of book.databases) this.#look(database);
  }

  #look(database: GeoDatabase): void {
    const { clock, events } = this.#options;
    const at = clock();
    const { name, builtAt = at, fault } = database;
    const seen = { at, freshAt: builtAt, trouble: fault?.message };
    tellFeed(events, `geographic data ${name}`, this.#silenceOf(database), seen);
  }

  #silenceOf({ name, paths, isShipped }: GeoDatabase): FeedSilence {
    const known = this.#silences.get(name);
    if (known !== undefined) return known;
    const staleAfterMs = isShipped ? Infinity : this.#options.book.staleAfterMs;
    const silence = new FeedSilence(`geographic data ${name} (${paths.join(', ')})`, staleAfterMs, 0);
    this.#silences.set(name, silence);
    return silence;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#timers.disposeAsync();
  }
}
