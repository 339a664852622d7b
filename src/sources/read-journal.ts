import type { Parsed } from '../formats/format.ts';
import { opensipsEvents } from '../formats/opensips-events/parser.ts';
import { type FilePosition, parseFilePosition } from '../lib/follow/file-position.ts';
import { type Block, followFile } from '../lib/follow/follow-file.ts';
import type { Batch } from '../pipeline/batch.ts';
import type { Journal } from './journal.ts';

export interface ReadJournalOptions {
  readonly path: string;
  readonly position: FilePosition;
  /** Name given to the signals. */
  readonly sensor: string;
  readonly stop: AbortSignal;
  readonly onFault: (error: Error) => void;
}

export interface JournalBatch extends Batch {
  readonly position: FilePosition;
}

/** The longest line that `formatSignal` can make: nine texts, up to nine bytes a UTF-16 unit. */
const MAX_LINE_BYTES = 131_072;
const MAX_LINES = 1000;

/** The signals in a journal, from the position on and as they are appended. */
export async function* readJournal(options: ReadJournalOptions): AsyncGenerator<JournalBatch> {
  const { path, position, stop, onFault } = options;
  // Every line has its full time stamp, so the parser asks for no clock.
  const parser = opensipsEvents.parser({ sensor: options.sensor, now: () => 0 });
  const limits = { maxLineBytes: MAX_LINE_BYTES, maxLines: MAX_LINES };
  for await (const block of followFile({ path, position, start: 'beginning', stop, onFault, ...limits })) {
    yield batchOf(
      block,
      block.lines.map((line) => parser.parse(line)),
    );
  }
}

export interface TakeOptions extends Omit<ReadJournalOptions, 'path' | 'position'> {
  readonly journal: Journal;
  /** Position of the last batch taken, undefined the first time. */
  readonly from: unknown;
}

/** What a source's own journal holds from a position on. Tells the journal what has been read, so that it may delete it. */
export async function* takeFromJournal({ journal, from, ...rest }: TakeOptions): AsyncGenerator<JournalBatch> {
  const { path, segments } = journal;
  const position = from === undefined ? segments.beginning : parseFilePosition(from);
  await segments.forgetBefore(position);
  for await (const batch of readJournal({ path, position, ...rest })) {
    segments.readUpTo(batch.position);
    yield batch;
  }
}

function batchOf(block: Block, parsed: readonly Parsed[]): JournalBatch {
  const unrecognised = parsed.filter((one) => one === 'unrecognised').length + block.tooLong;
  return {
    signals: parsed.filter((one) => typeof one === 'object'),
    position: block.position,
    lines: parsed.length + block.tooLong,
    unrecognised,
  };
}
