import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { IntelConfig } from '../config/intel.ts';
import { ApibanClient } from '../intel/apiban/client.ts';
import { ApibanFeed, type ApibanState } from '../intel/apiban/feed.ts';
import { FileFeed } from '../intel/file-feed/file-feed.ts';
import type { ReputationBook } from '../intel/reputation-book.ts';
import type { Clock } from '../lib/clock.ts';
import { FeedSilence } from '../silence/feed-silence.ts';
import type { OwnEvents } from './own-events.ts';
import { periodically } from './periodic.ts';
import { tellFeed } from './tell-feed.ts';

const FILES_EVERY_MS = 60_000;
/** A file that cannot be read for so long is not just being renewed. */
const UNREADABLE_MS = 3_600_000;

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
  readonly events: Pick<OwnEvents, 'note' | 'begin' | 'end'>;
}

/** Keeps the reputation book in step with the feeds: reads each at the start and then in its rhythm. */
export class IntelFeeds {
  readonly #options: IntelFeedsOptions;
  readonly #files: readonly { readonly feed: FileFeed; readonly silence: FeedSilence }[];
  readonly #apibanSilence: FeedSilence;
  readonly #stop = new AbortController();
  readonly #timers = new AsyncDisposableStack();
  #first: Promise<unknown> = Promise.resolve();
  #startedAt = 0;

  constructor(options: IntelFeedsOptions) {
    this.#options = { ...options };
    const files = Object.entries(options.config.files);
    this.#files = files.map(([name, { path, 'stale-after': staleAfterMs }]) => ({
      feed: new FileFeed(name, path, options.book),
      silence: new FeedSilence(`list ${name} (${path})`, staleAfterMs ?? Infinity, UNREADABLE_MS),
    }));
    const { 'stale-after': staleAfterMs } = options.config.apiban;
    this.#apibanSilence = new FeedSilence('APIBan', staleAfterMs, staleAfterMs);
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
    const { log, clock } = this.#options;
    for (const { feed, silence } of this.#files) {
      let trouble: string | undefined;
      try {
        const round = await feed.round();
        if (round !== undefined) log.info({ list: feed.name, ...round }, 'a list was read');
      } catch (error) {
        trouble = error instanceof Error ? error.message : String(error);
        log.error({ list: feed.name, error: String(error) }, 'a list cannot be read and stays as it was');
      }
      const freshAt = feed.writtenAt ?? this.#startedAt;
      tellFeed(this.#options.events, `list ${feed.name}`, silence, { at: clock(), freshAt, trouble });
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
    let trouble: string | undefined;
    try {
      const round = await feed.round(clock(), this.#stop.signal);
      if (round.added > 0) log.info(round, 'APIBan gave addresses');
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      trouble = error instanceof Error ? error.message : String(error);
      log.warn({ error: trouble }, 'APIBan gave nothing');
    }
    // A service that answers is fresh, also with nothing new.
    const freshAt = feed.succeededAt ?? this.#startedAt;
    tellFeed(this.#options.events, 'APIBan', this.#apibanSilence, { at: clock(), freshAt, trouble });
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
      const fields = { path: this.#path, error: String(error) };
      this.#options.log.warn(fields, 'what was kept of APIBan cannot be read, it is asked for anew');
      return undefined;
    }
  }
}
