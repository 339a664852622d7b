import { Timestamp } from './timestamp.ts';

const SPACE = 32;
const COLON = 58;
const ESCAPE = 27;
/** A relayed line of at most this length was not cut by a syslog daemon, which may do so from 1024 bytes on (RFC 3164). */
const MAX_WHOLE_LINE = 1000;

/**
 * What stands before a program's own text in a line of syslog or journald:
 * `<PRI>` (RFC 3164), a time, then `host program[pid]:`. Each part may be missing.
 */
export class LinePrefix {
  readonly #now: () => number;
  readonly #timestamp: Timestamp;
  /** Where the program's own text begins. */
  body = 0;
  /** Milliseconds since the epoch, NaN if the line has no time (yet: the program may write its own). */
  at = Number.NaN;
  /** The program's name, `''` without one. */
  program = '';

  constructor(now: () => number) {
    this.#now = now;
    this.#timestamp = new Timestamp(now);
  }

  /** When the line was written, or read if it does not say, ms since the epoch. */
  get time(): number {
    return Number.isNaN(this.at) ? this.#now() : this.at;
  }

  /** A syslog daemon or journald wrote the line, not the program itself. */
  get isRelayed(): boolean {
    return this.program !== '';
  }

  /**
   * Whether who relayed the line may have cut off its end: what stands before the sender's address could then be a forged
   * line of which only the true end is missing.
   */
  mayBeCut(line: string): boolean {
    return this.isRelayed && line.length > MAX_WHOLE_LINE;
  }

  read(line: string): void {
    this.at = Number.NaN;
    this.program = '';
    this.body = skipPriority(line);
    this.readTime(line, this.body);
    this.#readHost(line);
    this.body = skipSpaces(line, this.body);
  }

  /** A time at `at`, kept only if the line had none before it. Returns where it ends, or -1; moves `body` behind it. */
  readTime(line: string, at: number): number {
    const end = this.#timestamp.read(line, at);
    if (end < 0) return -1;
    if (Number.isNaN(this.at)) this.at = this.#timestamp.ms;
    this.body = skipSpaces(line, end);
    return end;
  }

  /** `host program[pid]: `; the host is no name with a bracket or parenthesis, which begin programs' own prefixes. */
  #readHost(line: string): void {
    const host = line.indexOf(' ', this.body);
    if (host < 0 || host === this.body || !isHostName(line, this.body, host)) return;
    const end = line.indexOf(' ', host + 1);
    if (end < 0 || line.charCodeAt(end - 1) !== COLON) return;
    const bracket = line.indexOf('[', host);
    const name = line.slice(host + 1, bracket > 0 && bracket < end ? bracket : end - 1);
    // Without a process number and a time it could be anybody's prose.
    if (Number.isNaN(this.at) && line.charCodeAt(end - 2) !== 93) return;
    this.program = name;
    this.body = end + 1;
  }
}

function isHostName(line: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const code = line.charCodeAt(i);
    if (code === 91 || code === 40 || code === 37) return false;
  }
  return true;
}

function skipPriority(line: string): number {
  if (line.charCodeAt(0) !== 60) return 0;
  const end = line.indexOf('>');
  return end >= 2 && end <= 4 ? end + 1 : 0;
}

export function skipSpaces(line: string, at: number): number {
  let i = at;
  while (line.charCodeAt(i) === SPACE) i++;
  return i;
}

/** The line without terminal colours (ECMA-48 `ESC [ … letter`). Only deletes, so it can join no text the line lacks. */
export function stripColours(line: string): string {
  let mark = line.indexOf('\x1b');
  if (mark < 0) return line;
  let plain = '';
  let from = 0;
  while (mark >= 0) {
    plain += line.slice(from, mark);
    from = endOfSequence(line, mark);
    mark = line.indexOf('\x1b', from);
  }
  return plain + line.slice(from);
}

function endOfSequence(line: string, mark: number): number {
  let i = mark + 1;
  if (line.charCodeAt(i) !== 91) return i;
  i++;
  while (i < line.length && line.charCodeAt(i) !== ESCAPE && line.charCodeAt(i) < 64) i++;
  return line.charCodeAt(i) === ESCAPE ? i : Math.min(i + 1, line.length);
}
