import { stat } from 'node:fs/promises';
import { formatNamed } from '../../formats/index.ts';
import { type FilePosition, parseFilePosition } from '../../lib/follow/file-position.ts';
import { type Block, followFile } from '../../lib/follow/follow-file.ts';
import type { Batch } from '../../pipeline/batch.ts';
import { LineReader, MAX_BATCH_LINES } from '../line-reader.ts';
import type { Source, SourceContext } from '../source.ts';
import type { FileTailConfig } from './config.ts';

/** The signals in the lines appended to a file. */
export class FileTail implements Source {
  readonly name: string;
  readonly #config: FileTailConfig;
  readonly #onFault: (error: Error) => void;
  readonly #reader: LineReader;
  readonly #joinsFolded: boolean;

  constructor(config: FileTailConfig, context: SourceContext) {
    this.name = context.name;
    this.#config = config;
    this.#onFault = context.onFault;
    const format = formatNamed(config.format);
    this.#joinsFolded = format.beginsWithBlank !== true;
    this.#reader = new LineReader(format.parser({ sensor: context.name, now: context.clock }));
  }

  async *batches(from: unknown, stop: AbortSignal): AsyncGenerator<Batch> {
    const { path, from: start, 'max-line-bytes': maxLineBytes } = this.#config;
    const position: FilePosition | undefined = from === undefined ? undefined : parseFilePosition(from);
    const limits = { maxLineBytes, maxLines: MAX_BATCH_LINES, joinsFolded: this.#joinsFolded };
    for await (const block of followFile({ path, position, start, stop, onFault: this.#onFault, ...limits })) {
      yield this.#batch(block);
    }
  }

  samples(): readonly string[] {
    return this.#reader.samples;
  }

  async missing(): Promise<string | undefined> {
    const { path } = this.#config;
    try {
      await stat(path);
      return undefined;
    } catch (error) {
      return `${path} cannot be found (${(error as NodeJS.ErrnoException).code})`;
    }
  }

  #batch({ lines, tooLong, position }: Block): Batch {
    if (tooLong > 0) {
      const { path, 'max-line-bytes': maxLineBytes } = this.#config;
      this.#onFault(new Error(`${path}: a line longer than ${maxLineBytes} bytes was left out (max-line-bytes)`));
    }
    const { signals, unrecognised } = this.#reader.read(lines);
    return { signals, position, lines: lines.length + tooLong, unrecognised: unrecognised + tooLong };
  }
}
