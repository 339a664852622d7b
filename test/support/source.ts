/** A source with its state directory, read in the background, lent to a test. */
import { systemClock } from '../../src/lib/clock.ts';
import type { Batch } from '../../src/pipeline/batch.ts';
import type { Signal } from '../../src/pipeline/signal.ts';
import type { Source, SourceContext } from '../../src/sources/source.ts';
import { withStateDir } from './decoy.ts';

export interface LentSource<S extends Source> {
  readonly source: S;
  readonly faults: readonly Error[];
  readonly batches: readonly Batch[];
  /** Waits until so many signals have come, and returns all that came so far. */
  signals(count: number): Promise<readonly Signal[]>;
  /** Ends the source and waits until it has. */
  stop(): Promise<void>;
}

export interface SourceLoan<S extends Source> {
  readonly create: (context: SourceContext) => S;
  readonly from?: unknown;
  /** One that outlives the source, to go on where it stopped. */
  readonly stateDir?: string | undefined;
}

const PATIENCE_MS = 10_000;

/** @returns where the source stopped */
export async function withSource<S extends Source>(
  loan: SourceLoan<S>,
  use: (lent: LentSource<S>) => Promise<void>,
): Promise<unknown> {
  let position = loan.from;
  await withStateDir(loan.stateDir, async (stateDir) => {
    const faults: Error[] = [];
    const onFault = (error: Error) => faults.push(error);
    const source = loan.create({ name: 'sensor', stateDir, clock: systemClock, onFault });
    const stop = new AbortController();
    const batches: Batch[] = [];
    const reading = (async () => {
      for await (const batch of source.batches(loan.from, stop.signal)) batches.push(batch);
    })();
    reading.catch(() => {});
    const signals = async (count: number) => {
      const deadline = Date.now() + PATIENCE_MS;
      while (batches.reduce((sum, batch) => sum + batch.signals.length, 0) < count) {
        if (Date.now() > deadline) throw new Error(`expected ${count} signals, got ${JSON.stringify(batches)}`);
        await Promise.race([reading, new Promise((resolve) => setTimeout(resolve, 5))]);
      }
      return batches.flatMap((batch) => batch.signals);
    };
    const end = async () => {
      stop.abort();
      await reading;
    };
    try {
      await use({ source, faults, batches, signals, stop: end });
    } finally {
      await end();
      position = batches.at(-1)?.position ?? loan.from;
    }
  });
  return position;
}
