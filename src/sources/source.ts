import type { z } from 'zod';
import type { Clock } from '../lib/clock.ts';
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
  /** Lines that were not understood, the latest few, for `doctor`. */
  samples?(): readonly string[];
  /** What came, or was numbered, and never became a signal: dropped by the kernel, missed, without room on the disk. */
  lost?(): number;
  /** What is worth knowing though nothing is wrong, one sentence each, for `doctor`. */
  notes?(): readonly string[];
  /** What it reads and is not there now, in words without the source's name; undefined if it is there. Never throws. */
  missing?(): Promise<string | undefined>;
  /** Where others send to it: how much came of each since the start, by address. Bounded. */
  senders?(): ReadonlyMap<string, number>;
}

/** What a source is given besides its configuration. */
export interface SourceContext {
  readonly name: string;
  /** A directory of its own may be made below; it exists and is writable. */
  readonly stateDir: string;
  readonly clock: Clock;
  /** Something went wrong that does not end the source: told to the operator, counted by its message. */
  readonly onFault: (error: Error) => void;
}

/** One kind of source: its schema (with `type` as a literal), and how it is made of a parsed configuration. */
export interface SourceKind<C = unknown> {
  readonly type: string;
  readonly description: string;
  readonly schema: z.ZodType<C>;
  create(config: C, context: SourceContext): Source;
}

/** Erases the configuration's type once, so that kinds stand in one list. */
export function defineSource<C>(kind: SourceKind<C>): SourceKind {
  return { ...kind, create: (config, context) => kind.create(config as C, context) };
}

/** Thrown by a source that cannot work until a person changes something: the daemon leaves it out and says so. */
export class SourceUnavailable extends Error {
  override readonly name = 'SourceUnavailable';
}
