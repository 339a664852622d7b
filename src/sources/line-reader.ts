import type { LineParser } from '../formats/format.ts';
import { decodeUtf8 } from '../lib/byte-text.ts';
import type { Signal } from '../pipeline/signal.ts';

/**
 * Lines of a batch at most. All signals of a batch are alive at once: with ten times as many, what the garbage collector
 * has to keep no longer fits its young generation, and a line costs half as much again (bench/ingest.bench.ts).
 */
export const MAX_BATCH_LINES = 512;

/** So many of the lines that were not understood are kept, the latest ones, each up to so many characters. */
const MAX_SAMPLES = 10;
const MAX_SAMPLE_UNITS = 500;

/** Turns lines into signals and keeps a few of those that were not understood. */
export class LineReader {
  readonly #parser: LineParser;
  readonly #samples: string[] = [];

  constructor(parser: LineParser) {
    this.#parser = parser;
  }

  /** Lines that were not understood, the latest few, oldest first. */
  get samples(): readonly string[] {
    return [...this.#samples];
  }

  read(lines: readonly string[]): { readonly signals: readonly Signal[]; readonly unrecognised: number } {
    const signals: Signal[] = [];
    let unrecognised = 0;
    for (const line of lines) {
      const parsed = this.#parser.parse(line);
      if (typeof parsed === 'object') {
        signals.push(parsed);
      } else if (parsed === 'unrecognised') {
        unrecognised++;
        this.#sample(line);
      }
    }
    return { signals, unrecognised };
  }

  #sample(line: string): void {
    // Sliced lines keep all the input that was read with them alive; of these few that does not matter.
    this.#samples.push(decodeUtf8(line, MAX_SAMPLE_UNITS));
    if (this.#samples.length > MAX_SAMPLES) this.#samples.shift();
  }
}
