import type { Format, FormatOptions, LineParser, Parsed } from './format.ts';

export interface Detection {
  /** The format that fits best, undefined if none fits at all. */
  readonly type: string | undefined;
  /** Whether it is the only one that found a signal. */
  readonly sure: boolean;
  /** How many signals each format found, and how many other lines it knew as well-formed. */
  readonly found: Readonly<Record<string, { readonly signals: number; readonly ignored: number }>>;
}

/** Which of `formats` the first lines of a file are in. */
export function detectFormat(lines: readonly string[], formats: readonly Format[], options: FormatOptions): Detection {
  const counted = formats.map((format) => {
    const parser = format.parser(options);
    const parsed = lines.filter((line) => line !== '').map((line) => parser.parse(line));
    const signals = parsed.filter((one) => typeof one === 'object').length;
    return { type: format.type, signals, ignored: parsed.filter((one) => one === 'ignored').length };
  });
  const [best] = counted
    .filter(({ signals, ignored }) => signals + ignored > 0)
    .toSorted((a, b) => b.signals - a.signals || b.ignored - a.ignored);
  const withSignals = counted.filter(({ signals }) => signals > 0);
  return {
    type: best?.type,
    sure: withSignals.length === 1,
    found: Object.fromEntries(counted.map(({ type, signals, ignored }) => [type, { signals, ignored }])),
  };
}

/** Every line in whichever of `formats` understands it: the one that did so last is asked first. */
export function autoFormat(formats: readonly Format[]): Format {
  return {
    type: 'auto',
    description: 'found out line by line',
    parser: (options) => new AutoParser(formats.map((format) => format.parser(options))),
  };
}

class AutoParser implements LineParser {
  readonly #parsers: readonly LineParser[];
  #last: LineParser | undefined;

  constructor(parsers: readonly LineParser[]) {
    this.#parsers = parsers;
  }

  parse(line: string): Parsed {
    const doubter = this.#parsers.find(({ doubtsNext }) => doubtsNext === true);
    if (doubter !== undefined) return doubter.parse(line);
    let verdict = this.#last?.parse(line) ?? 'unrecognised';
    if (typeof verdict === 'object') return verdict;
    for (const parser of this.#parsers) {
      if (parser === this.#last) continue;
      const parsed = parser.parse(line);
      if (parsed !== 'unrecognised') verdict = parsed;
      if (typeof parsed === 'object') {
        this.#last = parser;
        break;
      }
    }
    return verdict;
  }
}
