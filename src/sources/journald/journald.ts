import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { formatNamed } from '../../formats/index.ts';
import type { Batch } from '../../pipeline/batch.ts';
import { LineReader } from '../line-reader.ts';
import { type Source, type SourceContext, SourceUnavailable } from '../source.ts';
import type { JournaldConfig } from './config.ts';
import { type JournalEntry, parseJournalEntry } from './journal-entry.ts';

/** journald itself allows less. */
const MAX_ENTRY_BYTES = 8 * 1024 * 1024;
const MAX_CUT_STREAMS = 1000;
const MAX_COMPLAINT = 2000;

/** Where reading goes on. Before the first entry there is no cursor: then from this time on. */
interface JournalPosition {
  readonly cursor: string | undefined;
  readonly at: number;
}

type Journalctl = ChildProcessByStdio<null, Readable, Readable>;

/** Messages of SIP servers in the journal of systemd. journalctl keeps the place: after a restart nothing is missing. */
export class Journald implements Source {
  readonly name: string;
  readonly #config: JournaldConfig;
  readonly #context: SourceContext;
  readonly #reader: LineReader;
  /** Streams whose last entry was cut: what comes next on them begins in the middle of somebody's text. */
  readonly #cut = new Set<string>();

  constructor(config: JournaldConfig, context: SourceContext) {
    this.name = context.name;
    this.#config = config;
    this.#context = context;
    this.#reader = new LineReader(formatNamed(config.format).parser({ sensor: context.name, now: context.clock }));
  }

  samples(): readonly string[] {
    return this.#reader.samples;
  }

  async *batches(from: unknown, stop: AbortSignal): AsyncGenerator<Batch> {
    let position = from === undefined ? this.#beginning() : parsePosition(from);
    if (from === undefined) yield { signals: [], position, lines: 0, unrecognised: 0 };
    if (stop.aborted) return;
    const journalctl = spawn('journalctl', argumentsFor(this.#config, position), { stdio: ['ignore', 'pipe', 'pipe'] });
    const complaint = collect(journalctl.stderr);
    const ended = endOf(journalctl);
    const end = () => journalctl.kill();
    stop.addEventListener('abort', end, { once: true });
    try {
      for await (const entries of entriesOf(journalctl.stdout)) {
        const last = entries.at(-1);
        if (last === undefined) continue;
        position = { cursor: last.cursor, at: last.at };
        const { lines, cut } = this.#linesOf(entries);
        const { signals, unrecognised } = this.#reader.read(lines);
        yield { signals, position, lines: entries.length, unrecognised: unrecognised + cut };
      }
    } finally {
      stop.removeEventListener('abort', end);
      journalctl.kill();
      await ended;
    }
    if (!stop.aborted) throw await failure(ended, complaint);
  }

  #beginning(): JournalPosition {
    return { cursor: undefined, at: this.#config.from === 'beginning' ? 0 : this.#context.clock() };
  }

  #linesOf(entries: readonly JournalEntry[]): { readonly lines: readonly string[]; readonly cut: number } {
    const whole = entries.filter(({ stream, isCut }) => {
      const wasCut = this.#cut.has(stream);
      if (isCut && this.#cut.size < MAX_CUT_STREAMS) this.#cut.add(stream);
      else this.#cut.delete(stream);
      return !wasCut;
    });
    return { lines: whole.map(({ line }) => line), cut: entries.length - whole.length };
  }
}

/** Options of journalctl; values cannot be taken for options, as each stands in one argument with its own. */
export function argumentsFor(config: JournaldConfig, position: JournalPosition): string[] {
  const matches =
    config.units.length > 0
      ? config.units.map((unit) => `--unit=${unit}`)
      : config.identifiers.map((identifier) => `--identifier=${identifier}`);
  const start =
    position.cursor === undefined ? `--since=@${(position.at / 1000).toFixed(3)}` : `--after-cursor=${position.cursor}`;
  const directory = config.directory === undefined ? [] : [`--directory=${config.directory}`];
  return ['--follow', '--no-tail', '--output=json', '--all', '--quiet', ...directory, ...matches, start];
}

function parsePosition(from: unknown): JournalPosition {
  const { cursor, at } = (from ?? {}) as Record<string, unknown>;
  if ((cursor !== undefined && typeof cursor !== 'string') || typeof at !== 'number') {
    throw new TypeError(`position: expected a cursor of the journal and a time, got ${JSON.stringify(from)}`);
  }
  return { cursor, at };
}

/** The entries of each piece of output, whole ones only. */
async function* entriesOf(output: Readable): AsyncGenerator<JournalEntry[]> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of output as AsyncIterable<Buffer>) {
    const end = chunk.lastIndexOf(10);
    if (end < 0) {
      rest = Buffer.concat([rest, chunk]);
      if (rest.length > MAX_ENTRY_BYTES)
        throw new Error(`journalctl: an entry is longer than ${MAX_ENTRY_BYTES} bytes`);
      continue;
    }
    const text = Buffer.concat([rest, chunk.subarray(0, end)]).toString();
    rest = Buffer.from(chunk.subarray(end + 1));
    yield text
      .split('\n')
      .map(parseJournalEntry)
      .filter((entry) => entry !== undefined);
  }
}

async function collect(output: Readable): Promise<string> {
  let text = '';
  for await (const chunk of output as AsyncIterable<Buffer>) {
    if (text.length < MAX_COMPLAINT) text += chunk.toString();
  }
  return text.slice(0, MAX_COMPLAINT).trim();
}

/** How it ended: its exit code, or the error that kept it from starting. */
async function endOf(journalctl: Journalctl): Promise<number | Error> {
  try {
    const [code] = await once(journalctl, 'exit');
    return Number(code);
  } catch (error) {
    return error as Error;
  }
}

async function failure(ended: Promise<number | Error>, complaint: Promise<string>): Promise<Error> {
  const end = await ended;
  if (end instanceof Error) {
    return new SourceUnavailable('journalctl cannot be started; is systemd installed?', { cause: end });
  }
  return new Error(`journalctl ended (${end}): ${(await complaint) || 'it did not say why'}`);
}
