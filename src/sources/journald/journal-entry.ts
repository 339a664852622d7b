/** One entry of the journal, as the line of a log file. */
export interface JournalEntry {
  /** One character a byte (latin1), without line ends. */
  readonly line: string;
  /** Where reading goes on after it. */
  readonly cursor: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The stream it came on, '' for messages that come one by one. */
  readonly stream: string;
  /** It was too long and cut here: the rest follows as an entry of its own. */
  readonly isCut: boolean;
}

/** There are no later dates (ECMA-262 section 21.4.1.1). */
const MAX_DATE_MS = 8.64e15;

/** What `journalctl -o json` prints of an entry; undefined if it is none. */
export function parseJournalEntry(json: string): JournalEntry | undefined {
  const fields = parseObject(json);
  const cursor = fields?.__CURSOR;
  const at = Math.floor(Number(fields?.__REALTIME_TIMESTAMP) / 1000);
  if (fields === undefined || typeof cursor !== 'string' || !(at >= 0 && at <= MAX_DATE_MS)) return undefined;
  const stream = textOf(fields._STREAM_ID);
  const isCut = fields._LINE_BREAK === 'line-max';
  return { line: lineOf(fields, at), cursor, at, stream, isCut };
}

/**
 * The time, then `host program[pid]: ` if the program sent a message to syslog. What a program just prints has no such
 * head: any line of it may be part of a longer text.
 */
function lineOf(fields: Readonly<Record<string, unknown>>, at: number): string {
  const time = new Date(at).toISOString();
  const message = bytesOf(fields.MESSAGE);
  if (fields._TRANSPORT === 'stdout') return `${time} ${message}`;
  const host = wordOf(fields._HOSTNAME) || 'localhost';
  return `${time} ${host} ${wordOf(fields.SYSLOG_IDENTIFIER)}[${wordOf(fields._PID)}]: ${message}`;
}

/** A message that is no UTF-8 comes as an array of bytes. A line end in it would begin another line. */
function bytesOf(message: unknown): string {
  const bytes = Array.isArray(message) ? Buffer.from(message.filter(Number.isInteger)) : Buffer.from(textOf(message));
  return bytes.toString('latin1').replaceAll(/[\r\n]+/g, ' ');
}

/** Identifiers are the program's own choice. */
function wordOf(value: unknown): string {
  return textOf(value).replaceAll(/[^\w./@-]/g, '_');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** journalctl prints nothing but objects; what is none, such as a line cut off by its end, is no entry. */
function parseObject(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
