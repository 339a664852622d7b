import type { Batch } from '../pipeline/batch.ts';

/**
 * A place that signals come from.
 *
 * A source MUST yield signals in the order seen, with a position after which `batches` can be called again and yields
 * what follows, nothing lost and nothing twice. It MUST end when `stop` aborts. It MUST NOT retry by itself, decide,
 * or swallow errors: it throws, and the daemon restarts it with back-off from the last position.
 * The consumer pulls: while it is busy, the source waits (a UDP socket journals to disk meanwhile).
 */
export interface Source {
  /** The sensor's name: the key in the configuration. */
  readonly name: string;
  /** @param from position of the last batch taken, undefined the first time */
  batches(from: unknown, stop: AbortSignal): AsyncIterable<Batch>;
}
