import type { Clock } from '../lib/clock.ts';
import type { PipelineParts } from './pipeline-parts.ts';
import type { Recorder } from './recorder.ts';
import { readSnapshot, writeSnapshot } from './snapshot-file.ts';

export interface SnapshotsOptions {
  readonly stateDir: string;
  readonly clock: Clock;
  readonly parts: PipelineParts;
  /** What else there is to keep. */
  readonly others?: readonly Keeper[];
  readonly recorder: Pick<Recorder, 'settled' | 'isFailing'>;
  /** Something in the snapshot could not be used. */
  readonly onFault: (error: Error) => void;
}

/** Something that has a state to keep, as plain data. */
export interface Keeper {
  readonly name: string;
  readonly snapshot: () => unknown;
  /** @returns false if the state says nothing any more */
  readonly restore: (state: unknown) => boolean;
}

/** What is kept: the time of the newest signal in it, and the state of each part by name. */
interface Snapshot {
  readonly newestAt: number;
  readonly parts: ReadonlyMap<string, unknown>;
}

/** Of the time at most this share goes into snapshots, however large they are. */
const MAX_SHARE = 0.01;
/** Times in the detectors' tables are kept modulo 49 days and told apart up to half of that. */
const MAX_AGE_MS = 20 * 86_400_000;

/**
 * Brings windows of days, and who is known good, across a restart.
 *
 * A snapshot is taken between two signals and written only when the rows of all signals in it are in the store. So after
 * a crash the store is never behind the snapshot: the rows that are newer than it fill the gap, and input that was not
 * committed is read again. No signal is counted twice; one that came late, in the same moment as the snapshot, may not
 * be counted after a crash.
 */
export class Snapshots {
  readonly #options: SnapshotsOptions;
  #notBefore = 0;

  constructor(options: SnapshotsOptions) {
    this.#options = { ...options };
  }

  /**
   * @returns the time of the newest signal in the snapshot, ms; undefined if there is none that can be used
   */
  async restore(): Promise<number | undefined> {
    const { stateDir, clock, onFault } = this.#options;
    try {
      const snapshot = (await readSnapshot(stateDir)) as Snapshot | undefined;
      if (snapshot === undefined || clock() - snapshot.newestAt > MAX_AGE_MS) return undefined;
      for (const { name, restore } of this.#keepers()) {
        const state = snapshot.parts.get(name);
        const fault = state === undefined ? undefined : whyNotRestored(restore, state);
        if (fault !== undefined) onFault(new Error(`${name}: ${fault}`));
      }
      return snapshot.newestAt;
    } catch (error) {
      onFault(error instanceof Error ? error : new Error(String(error)));
      return undefined;
    }
  }

  /**
   * @param isConsistent whether the rows of all signals decided so far were handed to the recorder
   * @param stop gives up waiting for the store
   */
  async take(isConsistent: boolean, stop: AbortSignal): Promise<void> {
    const { clock, recorder, stateDir } = this.#options;
    const startedAt = clock();
    if (!isConsistent || recorder.isFailing || startedAt < this.#notBefore) return;
    const snapshot = this.#capture();
    const captureMs = clock() - startedAt;
    const stopped = Promise.withResolvers<void>();
    const giveUp = () => stopped.resolve();
    stop.addEventListener('abort', giveUp, { once: true });
    await Promise.race([recorder.settled(), stopped.promise]);
    stop.removeEventListener('abort', giveUp);
    if (stop.aborted) return;
    const writingAt = clock();
    await writeSnapshot(stateDir, snapshot);
    this.#notBefore = clock() + (captureMs + clock() - writingAt) / MAX_SHARE;
  }

  /** The last one, when nothing is read or written any more. */
  async takeLast(): Promise<void> {
    await writeSnapshot(this.#options.stateDir, this.#capture());
  }

  #capture(): Snapshot {
    const { parts } = this.#options;
    return {
      newestAt: parts.pipeline.newestAt,
      parts: new Map(this.#keepers().map(({ name, snapshot }) => [name, snapshot()])),
    };
  }

  #keepers(): readonly Keeper[] {
    return [...stateful(this.#options.parts), ...(this.#options.others ?? [])];
  }
}

/** In words; undefined if it was. What one part cannot read takes nothing from the others. */
function whyNotRestored(restore: Keeper['restore'], state: unknown): string | undefined {
  try {
    return restore(state) ? undefined : 'its settings changed, it starts anew';
  } catch (error) {
    return `what was kept cannot be read, it starts anew (${error instanceof Error ? error.message : String(error)})`;
  }
}

/** The parts that have something to keep. */
function stateful({ pipeline: { callers }, policy, detectors }: PipelineParts): readonly Keeper[] {
  const own = [
    { name: 'policy', snapshot: () => policy.snapshot(), restore: (state: unknown) => policy.restore(state) },
    { name: 'callers', snapshot: () => callers.snapshot(), restore: (state: unknown) => callers.restore(state) },
  ];
  const others = detectors.flatMap(({ detector }) => {
    if (detector.snapshot === undefined || detector.restore === undefined) return [];
    const { snapshot, restore } = detector;
    return [{ name: detector.name, snapshot: snapshot.bind(detector), restore: restore.bind(detector) }];
  });
  return [...own, ...others];
}
