import { countText } from '../lib/count-text.ts';
import type { Commit, EventRow, Store } from '../store/store.ts';
import { BackOff, pause } from './back-off.ts';

/** A commit that waits for the store, and what must have happened before it is written. */
export interface Pending extends Commit {
  /** The enforcement of its blocks: enforced first, written second. Never rejects. */
  readonly enforced: Promise<unknown>;
}

export interface RecorderOptions {
  readonly store: Pick<Store, 'commit'>;
  /** Signal rows that may wait in memory. */
  readonly maxRows: number;
  readonly onFault: (error: Error) => void;
}

/** Commits that may wait. */
const MAX_WAITING = 50_000;
/** Those with rows and a position: the rest is for those without (findings and blocks while the store is away). */
const MAX_WAITING_BATCHES = MAX_WAITING / 2;
/** Commits written together at most: fewer transactions when many small batches wait. */
const MAX_MERGED_ROWS = 5000;
/** A commit that the store refuses for its content is given up after so many attempts, and counted. */
const MAX_ATTEMPTS = 5;

/**
 * Writes to the store in the order decided, one transaction at a time, without ever delaying a decision. While the
 * store is away it keeps trying; what may wait in memory is bounded, and `hasRoom` tells the sources to fall behind:
 * their input is read again later, from the last position handed in here.
 *
 * States: `idle` (nothing waits), `writing`, `failing` (the last attempt failed; trying again with back-off), `closed`.
 */
export class Recorder {
  readonly #store: RecorderOptions['store'];
  readonly #maxRows: number;
  readonly #onFault: (error: Error) => void;
  readonly #queue: Pending[] = [];
  readonly #backOff = new BackOff(100, 10_000);
  readonly #stop = new AbortController();
  #rows = 0;
  /** Commits taken, and of these the ones written or given up. */
  #added = 0;
  #finished = 0;
  #running: Promise<void> | undefined;
  #failing = false;
  #lost = 0;
  #drained = Promise.withResolvers<void>();
  /** Resolved after each attempt to write. */
  #attempted = Promise.withResolvers<void>();

  constructor(options: RecorderOptions) {
    this.#store = options.store;
    this.#maxRows = options.maxRows;
    this.#onFault = options.onFault;
  }

  /** True as soon as rows find room; false if the store does not answer, so that waiting would stop detection. */
  async hasRoom(): Promise<boolean> {
    while (this.#rows >= this.#maxRows || this.#queue.length >= MAX_WAITING_BATCHES) {
      if (this.#failing) return false;
      await this.#attempted.promise;
    }
    return true;
  }

  get isFailing(): boolean {
    return this.#failing;
  }

  /** Commits not yet in the store. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Commits given up: refused for their content, or too many waiting. */
  get lost(): number {
    return this.#lost;
  }

  /** Takes a commit. The caller asks `hasRoom` before the next one with rows. */
  add(commit: Pending): void {
    if (this.#queue.length >= MAX_WAITING) {
      this.#lost++;
      return;
    }
    this.#queue.push(commit);
    this.#added++;
    this.#rows += commit.signals.length;
    this.#running ??= this.#run();
  }

  /** Resolves when nothing waits any more. */
  get drained(): Promise<void> {
    return this.#queue.length === 0 ? Promise.resolve() : this.#drained.promise;
  }

  /**
   * Resolves when all that has been added so far is written (or given up), if that happens.
   * @param evenIfFailing waits for a store that fails, too
   */
  async settled({ evenIfFailing = true } = {}): Promise<void> {
    const upTo = this.#added;
    while (this.#finished < upTo && (evenIfFailing || !this.#failing)) await this.#attempted.promise;
  }

  /** Writes what waits, for at most `graceMs`, then gives up: uncommitted input is read again at the next start. */
  async close(graceMs: number): Promise<void> {
    const timer = setTimeout(() => this.#stop.abort(), graceMs);
    await this.#running;
    clearTimeout(timer);
    this.#stop.abort();
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0 && !this.#stop.signal.aborted) {
      const count = this.#mergeable();
      const commits = this.#queue.slice(0, count);
      await Promise.all(commits.map((one) => one.enforced));
      await this.#writeAll(commits);
      if (this.#stop.signal.aborted && this.#failing) break;
      for (const one of this.#queue.splice(0, count)) this.#rows -= one.signals.length;
      this.#finished += count;
      this.#attempt();
    }
    this.#running = undefined;
    this.#drained.resolve();
    this.#drained = Promise.withResolvers<void>();
  }

  #attempt(): void {
    this.#attempted.resolve();
    this.#attempted = Promise.withResolvers<void>();
  }

  /** How many commits at the head of the queue are of one source and small enough to be written as one. */
  #mergeable(): number {
    const [head] = this.#queue;
    let rows = 0;
    let count = 0;
    for (const commit of this.#queue) {
      rows += commit.signals.length;
      if (commit.source !== head?.source || (count > 0 && rows > MAX_MERGED_ROWS)) break;
      count++;
    }
    return count;
  }

  /** As one; if the store refuses that for good, each by itself, so that one does not take the others with it. */
  async #writeAll(commits: readonly Pending[]): Promise<void> {
    if (await this.#write(merge(commits), commits.length > 1)) return;
    for (const one of commits) {
      await this.#write(merge([one]), false);
      if (this.#stop.signal.aborted && this.#failing) return;
    }
  }

  /** @returns false if the store refuses it for good and it can be divided; else it is done with */
  async #write(commit: Commit, isDivisible: boolean): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#store.commit(commit);
        this.#failing = false;
        this.#backOff.reset();
        return true;
      } catch (error) {
        const cause = error instanceof Error ? error : new Error(String(error));
        this.#failing = true;
        this.#attempt();
        if (isDivisible && !isRetryable(cause)) return false;
        if (await this.#isGivenUp(commit, cause, attempt)) return true;
      }
    }
  }

  /** True if there shall be no further attempt. */
  async #isGivenUp(commit: Commit, cause: Error, attempt: number): Promise<boolean> {
    this.#onFault(cause);
    if (!isRetryable(cause) && attempt >= MAX_ATTEMPTS) {
      this.#lost++;
      this.#failing = false;
      this.#onFault(
        new Error(`gave up ${countText(commit.signals.length, 'row')} of ${commit.source}: ${cause.message}`, {
          cause,
        }),
      );
      return true;
    }
    await pause(this.#backOff.next(), this.#stop.signal);
    return this.#stop.signal.aborted;
  }
}

/** Errors of the store say so; what does not is taken for passing, for giving up loses rows. */
function isRetryable(error: Error): boolean {
  return !('retryable' in error) || error.retryable !== false;
}

function merge(commits: readonly Pending[]): Commit {
  const last = commits.at(-1);
  if (last === undefined) throw new TypeError('nothing to merge');
  const events = new Map<string, EventRow>();
  for (const event of commits.flatMap((commit) => commit.events)) events.set(event.identity, event);
  return {
    source: last.source,
    position: last.position,
    signals: commits.flatMap((commit) => commit.signals),
    events: [...events.values()],
    joins: commits.flatMap((commit) => commit.joins ?? []),
    blocks: commits.flatMap((commit) => commit.blocks),
    disabled: commits.flatMap((commit) => commit.disabled ?? []),
    // One row an address: a statement cannot write the same twice.
    reputations: [
      ...new Map(commits.flatMap((commit) => (commit.reputations ?? []).map((row) => [row.ip, row] as const))).values(),
    ],
  };
}
