/** How the running daemon is, part by part: what `status`, `doctor`, the page and /readyz show. */
import { z } from 'zod';
import { DETECTOR_MODES } from '../detectors/detector.ts';
import { list, time } from './wire-values.ts';

export const PART_STATES = ['ok', 'starting', 'failing', 'stopped'] as const;
export type PartState = (typeof PART_STATES)[number];

const part = {
  name: z.string(),
  state: z.enum(PART_STATES),
  /** The last error in one sentence; null if all is well. */
  error: z.string().nullable(),
};

const sourceHealth = z.object({
  ...part,
  type: z.string(),
  lines: z.number(),
  signals: z.number(),
  unrecognised: z.number(),
  restarts: z.number(),
  lastSignalAt: time.nullable(),
  /** Troubles that did not end it, such as one of several ports that is taken; the last of them in one sentence. */
  faults: z.number(),
  lastFault: z.string().nullable(),
  /** What came and never became a signal: dropped by the kernel, missed while disconnected, without room on the disk. */
  lost: z.number(),
  /** What is worth knowing though nothing is wrong, one sentence each. */
  notes: list(z.string()),
  /** What it reads and was not there when it was last looked for, in one sentence; null if it was. */
  missing: z.string().nullable(),
  /** How it is told to be silent, in one sentence; null if it is not. */
  silence: z.string().nullable(),
  /** Signals an hour that are usual at this time of the week; null until that is known. */
  usualPerHour: z.number().nullable(),
  /** The latest few lines that were not understood, as they were: hostile text. */
  samples: list(z.string()),
});
export type SourceHealth = z.output<typeof sourceHealth>;

const detectorHealth = z.object({
  name: z.string(),
  mode: z.enum(DETECTOR_MODES),
  findings: z.number(),
  tracked: z.number(),
  evicted: z.number(),
});
export type DetectorHealth = z.output<typeof detectorHealth>;

const enforcerHealth = z.object({
  ...part,
  /** Packets are really dropped. */
  enforces: z.boolean(),
  /** It disables accounts, too, not only blocks addresses. */
  accounts: z.boolean(),
  entries: z.number(),
  /** Entries that somebody else removed or added and that were put right. */
  repairs: z.number(),
  /** Packets dropped so far; null if the layer cannot tell. */
  dropped: z.number().nullable(),
});
export type EnforcerHealth = z.output<typeof enforcerHealth>;

export const healthSchema = z.object({
  /** `stopped` if no daemon runs. */
  state: z.enum(PART_STATES),
  startedAt: time.nullable(),
  enforcement: z.enum(['dry-run', 'enforce']),
  sources: list(sourceHealth),
  detectors: list(detectorHealth),
  enforcers: list(enforcerHealth),
  signals: z.number(),
  findings: z.number(),
  /** Blocks that were over when they were decided, for their lines were read too late. */
  tooLate: z.number(),
  /** Batches decided but not yet in the store. */
  uncommitted: z.number(),
  activeBlocks: z.number(),
  disabledAccounts: z.number(),
  /** Why sipward does not do its work, one sentence each: then its state is `failing`. */
  problems: list(z.string()),
  /** What a person should look at while sipward does its work, one sentence each. */
  warnings: list(z.string()),
  /** What has never matched and may be as it should be, one sentence each. */
  remarks: list(z.string()),
});
export type Health = z.output<typeof healthSchema>;
