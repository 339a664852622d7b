import type { Batch } from '../pipeline/batch.ts';
import type { Signal } from '../pipeline/signal.ts';
import { type Source, SourceUnavailable } from '../sources/source.ts';
import { BackOff, pause } from './back-off.ts';
import type { SourceHealth } from './health.ts';

/** What a runner knows of its source; what is usual of it, others know. */
export type RunnerHealth = Omit<SourceHealth, 'silence' | 'usualPerHour'>;

/** What a runner wants of the rest of the daemon. */
export interface Intake {
  /**
   * Decides about the fresh signals, enforces, and hands everything to the recorder.
   * @param fresh signals not decided yet
   * @param rows signals whose rows are to be written; undefined if they will be read again for that
   * @param position committed with them: of the input after `rows`
   */
  take(source: string, fresh: readonly Signal[], rows: readonly Signal[] | undefined, position: unknown): void;
  /** True as soon as rows find room, false if the store does not answer. */
  hasRoom(): Promise<boolean>;
  /** Resolves when the store has taken all that waits. */
  drained(): Promise<void>;
}

export interface SourceRunnerOptions {
  readonly source: Source;
  readonly type: string;
  /** The committed position. */
  readonly from: unknown;
  readonly intake: Intake;
  readonly onFault: (source: string, error: Error, restartMs: number | undefined) => void;
}

/**
 * Runs one source: takes its batches, restarts it with back-off when it throws, and falls behind without losing
 * anything while the store is away (detection goes on; the rows are read again from the last position handed in, and
 * signals already decided are not decided twice: the same input gives the same signals in the same order).
 */
export class SourceRunner {
  readonly #source: Source;
  readonly #type: string;
  readonly #intake: Intake;
  readonly #onFault: SourceRunnerOptions['onFault'];
  readonly #backOff = new BackOff(500, 30_000);
  /** Position of the last batch whose rows were handed to the recorder. */
  #position: unknown;
  /** Signals after `#position` that were decided already. */
  #decided = 0;
  /** Signals after `#position` that this reading has passed. */
  #passed = 0;
  #behind = false;
  #state: SourceHealth['state'] = 'starting';
  #error: string | null = null;
  #restarts = 0;
  #counts = { lines: 0, signals: 0, unrecognised: 0 };
  #lastSignalAt: number | null = null;
  #faults = 0;
  #lastFault: string | null = null;
  #missing: string | undefined;

  constructor(options: SourceRunnerOptions) {
    this.#source = options.source;
    this.#type = options.type;
    this.#position = options.from;
    this.#intake = options.intake;
    this.#onFault = options.onFault;
  }

  /** Ends when `stop` aborts, or when the source says that it cannot work until a person changes something. */
  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      try {
        this.#state = 'ok';
        await this.#read(stop);
      } catch (error) {
        if (!(await this.#recover(error, stop))) return;
      }
    }
    this.#state = 'stopped';
  }

  /** Whether everything decided was handed in to be written: not while it falls behind, or catches up. */
  get isCaughtUp(): boolean {
    return !this.#behind && this.#decided === 0;
  }

  health(): RunnerHealth {
    return {
      name: this.#source.name,
      type: this.#type,
      state: this.#state,
      error: this.#error,
      ...this.#counts,
      restarts: this.#restarts,
      lastSignalAt: this.#lastSignalAt,
      faults: this.#faults,
      lastFault: this.#lastFault,
      lost: this.#source.lost?.() ?? 0,
      notes: this.#source.notes?.() ?? [],
      missing: this.#missing ?? null,
      samples: this.#source.samples?.() ?? [],
    };
  }

  /** What it reads and is not there now, in words. */
  async missing(): Promise<string | undefined> {
    this.#missing = await this.#source.missing?.();
    return this.#missing;
  }

  /** How much came of each that sends to the source, by address; empty if nobody does. */
  senders(): ReadonlyMap<string, number> {
    return this.#source.senders?.() ?? new Map();
  }

  /** The source told of a trouble that does not end it. */
  noteFault(error: Error): void {
    this.#faults++;
    this.#lastFault = error.message;
  }

  /** Reads until `stop`, or until what was passed while the store was away can be read again. */
  async #read(stop: AbortSignal): Promise<void> {
    const rewind = new AbortController();
    this.#passed = 0;
    this.#behind = false;
    for await (const batch of this.#source.batches(this.#position, AbortSignal.any([stop, rewind.signal]))) {
      this.#backOff.reset();
      this.#error = null;
      this.#take(batch);
      if (this.#behind || stop.aborted || (await this.#intake.hasRoom())) continue;
      this.#behind = true;
      void this.#intake.drained().then(() => rewind.abort());
    }
    if (!stop.aborted && !rewind.signal.aborted) throw new Error('the source ended by itself');
  }

  #take(batch: Batch): void {
    const skipped = Math.min(Math.max(0, this.#decided - this.#passed), batch.signals.length);
    const fresh = skipped === 0 ? batch.signals : batch.signals.slice(skipped);
    this.#passed += batch.signals.length;
    this.#count(batch, fresh);
    if (this.#behind) {
      this.#decided = Math.max(this.#decided, this.#passed);
      this.#intake.take(this.#source.name, fresh, undefined, this.#position);
      return;
    }
    this.#position = batch.position;
    this.#decided = Math.max(0, this.#decided - this.#passed);
    this.#passed = 0;
    this.#intake.take(this.#source.name, fresh, batch.signals, batch.position);
  }

  #count(batch: Batch, fresh: readonly Signal[]): void {
    // What is read a second time is not counted a second time; lines without signals are, in that rare case.
    this.#counts.lines += batch.lines;
    this.#counts.signals += fresh.length;
    this.#counts.unrecognised += batch.unrecognised;
    this.#lastSignalAt = fresh.at(-1)?.at ?? this.#lastSignalAt;
  }

  /** False if there is nothing to try again. */
  async #recover(error: unknown, stop: AbortSignal): Promise<boolean> {
    if (stop.aborted) return false;
    const cause = error instanceof Error ? error : new Error(String(error));
    this.#state = 'failing';
    this.#error = cause.message;
    if (cause instanceof SourceUnavailable) {
      this.#onFault(this.#source.name, cause, undefined);
      return false;
    }
    const restartMs = this.#backOff.next();
    this.#onFault(this.#source.name, cause, restartMs);
    await pause(restartMs, stop);
    this.#restarts++;
    return !stop.aborted;
  }
}
