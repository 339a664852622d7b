import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { IntelConfig } from '../config/intel.ts';
import { ApibanClient } from '../intel/apiban/client.ts';
import { ApibanFeed, type ApibanState } from '../intel/apiban/feed.ts';
import { FileFeed } from '../intel/file-feed/file-feed.ts';
import type { ReputationBook } from '../intel/reputation-book.ts';
import type { Clock } from '../lib/clock.ts';
import type { EventRow } from '../store/store.ts';
import { periodically } from './periodic.ts';

const FILES_EVERY_MS = 60_000;

const keptState = z.object({ cursor: z.string(), entries: z.array(z.tuple([z.string(), z.number()])) });

export interface IntelFeedsOptions {
  readonly config: IntelConfig;
  readonly book: ReputationBook;
  readonly stateDir: string;
  readonly clock: Clock;
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
  readonly note: (event: Pick<EventRow, 'type' | 'severity' | 'description'>) => void;
}

/** Keeps the reputation book in step with the feeds: reads each at the start and then in its rhythm. */
export class IntelFeeds {
  readonly #options: IntelFeedsOptions;
  readonly #files: readonly FileFeed[];
  readonly #stop = new AbortController();
  readonly #timers = new AsyncDisposableStack();
  #first: Promise<unknown> = Promise.resolve();
  #startedAt = 0;
  #isStale = false;

  constructor(options: IntelFeedsOptions) {
    this.#options = { ...options };
    const files = Object.entries(options.config.files);
    this.#files = files.map(([name, { path }]) => new FileFeed(name, path, options.book));
  }

  /** Restores what was kept and reads the files; the service is asked in the background. */
  async start(): Promise<void> {
    const { config, clock, log, book } = this.#options;
    this.#startedAt = clock();
    await this.#readFiles();
    const told = (what: string) => (error: Error) => log.error({ error: error.message }, `${what} failed`);
    if (this.#files.length > 0) {
      this.#timers.use(periodically(FILES_EVERY_MS, () => this.#readFiles(), told('reading lists')));
    }
    const feed = await this.#apiban();
    if (feed === undefined) return;
    const ask = () => this.#ask(feed);
    this.#first = ask();
    this.#timers.use(periodically(config.apiban.every, ask, told('APIBan')));
    this.#timers.use(
      periodically(FILES_EVERY_MS, async () => book.expire(clock()), told('expiry of listed addresses')),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#first;
    await this.#timers.disposeAsync();
  }

  async #readFiles(): Promise<void> {
    const { log } = this.#options;
    for (const feed of this.#files) {
      try {
        const round = await feed.round();
        if (round !== undefined) log.info({ list: feed.name, ...round }, 'a list was read');
      } catch (error) {
        log.error({ list: feed.name, error: String(error) }, 'a list cannot be read and stays as it was');
      }
    }
  }

  async #apiban(): Promise<ApibanFeed | undefined> {
    const { config, book } = this.#options;
    const { key, url, api } = config.apiban;
    if (key === undefined) return undefined;
    const feed = new ApibanFeed({
      client: new ApibanClient({ url, api, key }),
      book,
      keepMs: config.apiban['keep-for'],
      save: (state) => this.#save(state),
    });
    const state = await this.#load();
    if (state !== undefined) feed.restore(state);
    return feed;
  }

  async #ask(feed: ApibanFeed): Promise<void> {
    const { clock, log } = this.#options;
    try {
      const round = await feed.round(clock(), this.#stop.signal);
      this.#isStale = false;
      if (round.added > 0) log.info(round, 'APIBan gave addresses');
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      log.warn({ error: error instanceof Error ? error.message : String(error) }, 'APIBan gave nothing');
      this.#alarmIfStale(feed);
    }
  }

  /** Once, until it answers again. */
  #alarmIfStale(feed: ApibanFeed): void {
    const { clock, config, note } = this.#options;
    const since = feed.succeededAt ?? this.#startedAt;
    if (this.#isStale || clock() - since < config.apiban['stale-after']) return;
    this.#isStale = true;
    note({
      type: 'sensor_silent',
      severity: 'error',
      description: `APIBan has given no answer since ${new Date(since).toISOString()}: its list grows old`,
    });
  }

  get #path(): string {
    return join(this.#options.stateDir, 'apiban.json');
  }

  async #save(state: ApibanState): Promise<void> {
    await writeFile(`${this.#path}.new`, JSON.stringify(state), { mode: 0o600 });
    await rename(`${this.#path}.new`, this.#path);
  }

  /** Undefined if there is none; one that cannot be read is told of, and the list is asked for from its beginning. */
  async #load(): Promise<ApibanState | undefined> {
    try {
      return keptState.parse(JSON.parse(await readFile(this.#path, 'utf8')));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      this.#options.log.warn({ path: this.#path }, 'what was kept of APIBan cannot be read, it is asked for anew');
      return undefined;
    }
  }
}
