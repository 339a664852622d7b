import type { Signal } from '../pipeline/signal.ts';

/** What a line meant: a signal, nothing of ours (`ignored`: well-formed but no signal), or not understood. */
export type Parsed = Signal | 'ignored' | 'unrecognised';

/**
 * The reading of one line-based format. Parsers MUST work by position, never by searching inside attacker's text, MUST
 * be linear in the length of the line and MUST never throw.
 */
export interface LineParser {
  /** @param line without its line end; one JavaScript character per byte (latin1), so that any byte survives */
  parse(line: string): Parsed;
  /** Whether the next line may be a stranger's words, whatever it looks like: no other format may believe it either. */
  readonly doubtsNext?: boolean;
}

export interface FormatOptions {
  /** Name given to the signals. */
  readonly sensor: string;
  /** Now, for time stamps that lack the year (syslog). Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface Format {
  readonly type: string;
  readonly description: string;
  /** Whether its lines may begin with a blank: then its parser itself guards against folded headers. */
  readonly beginsWithBlank?: boolean;
  parser(options: FormatOptions): LineParser;
}
