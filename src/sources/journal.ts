import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { countText } from '../lib/count-text.ts';
import { Segments } from './segments.ts';

export interface JournalOptions {
  /** Made if it is not there; nothing else lives in it. */
  readonly directory: string;
  /** The file is rotated when it has grown beyond this. */
  readonly segmentBytes: number;
  /** Files kept, the current one included. */
  readonly segments: number;
  /** Characters of lines that wait for the disk at most; more lines are lost and counted. */
  readonly maxWaiting?: number;
  /** Told once when the disk fails, and once when it works again. */
  readonly onFault: (error: Error) => void;
}

const FILE = 'signals.log';
const RETRY_MS = 1000;
/**
 * Between two writes. At tens of thousands of messages a second, a write for each turn of the event loop (and the reading
 * that follows it) costs a third as much as the messages do; a line that comes alone is not held up.
 */
const PAUSE_MS = 3;
const LF = 10;

/**
 * A file of lines that survives a crash: a line is written in the same turn of the event loop, or a moment later together
 * with all that came meanwhile, if one was written just before. The current file is `signals.log`; full ones are kept
 * beside it for a while (`Segments`).
 *
 * States: idle; writing (one write at a time, what comes meanwhile waits for the next); failing (the disk refused: what
 * waits is kept up to a limit and tried again every second). When it is disposed, what the disk took is complete.
 */
export class Journal implements AsyncDisposable {
  readonly path: string;
  readonly segments: Segments;
  readonly #options: JournalOptions;
  readonly #maxWaiting: number;
  #file: FileHandle;
  #size: number;
  #lines: string[] = [];
  #waiting = 0;
  /** What the disk took only in part. */
  #rest: Buffer = Buffer.alloc(0);
  #writing: Promise<void> | undefined;
  #wroteAt = Number.NEGATIVE_INFINITY;
  /** Ends the pause before the next write. */
  #hurry: (() => void) | undefined;
  #retry: NodeJS.Timeout | undefined;
  #failing = false;
  #closed = false;
  #lost = 0;
  #lostBefore = 0;

  private constructor(options: JournalOptions, path: string, segments: Segments, file: FileHandle, size: number) {
    this.#options = { ...options };
    this.#maxWaiting = options.maxWaiting ?? 8_388_608;
    this.path = path;
    this.segments = segments;
    this.#file = file;
    this.#size = size;
  }

  static async open(options: JournalOptions): Promise<Journal> {
    await mkdir(options.directory, { recursive: true, mode: 0o750 });
    const path = join(options.directory, FILE);
    const segments = await Segments.open(path);
    const file = await open(path, 'a+');
    return new Journal(options, path, segments, file, await endLine(file));
  }

  /** Lines that found no room while the disk failed, or came too late. */
  get lost(): number {
    return this.#lost;
  }

  /** Writes a line soon. @param line without its line end */
  append(line: string): void {
    if (this.#closed || this.#waiting + line.length > this.#maxWaiting) {
      this.#lost++;
      return;
    }
    this.#waiting += line.length + 1;
    this.#lines.push(line);
    if (this.#failing || this.#writing !== undefined) return;
    this.#writing = this.#turn().then(() => this.#write());
  }

  /** Writes without a pause. Resolves when what was appended is in the file, or has been refused. */
  async flushed(): Promise<void> {
    while (this.#writing !== undefined) {
      this.#hurry?.();
      await this.#writing;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.flushed();
    clearTimeout(this.#retry);
    if (this.#failing) await this.#write();
    clearTimeout(this.#retry);
    await this.#file.close();
  }

  /** Resolves when it is time to write. */
  #turn(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const pauseMs = this.#wroteAt + PAUSE_MS - performance.now();
    if (pauseMs > 0) setTimeout(resolve, pauseMs);
    else setImmediate(resolve);
    this.#hurry = resolve;
    return promise;
  }

  /** Writes until nothing waits. Never throws. */
  async #write(): Promise<void> {
    try {
      while (this.#rest.length > 0 || this.#lines.length > 0) {
        // Not after the line that fills it: a new file that stays empty would tell a reader nothing.
        if (this.#size > this.#options.segmentBytes) await this.#rotate();
        await this.#writeBatch();
        this.#recovered();
      }
    } catch (error) {
      this.#refused(error);
    } finally {
      this.#wroteAt = performance.now();
      this.#writing = undefined;
    }
  }

  /** The disk may take a part and refuse the rest; then exactly the rest waits. */
  async #writeBatch(): Promise<void> {
    if (this.#rest.length === 0) {
      this.#rest = Buffer.from(`${this.#lines.join('\n')}\n`);
      this.#lines = [];
    }
    while (this.#rest.length > 0) {
      const { bytesWritten } = await this.#file.write(this.#rest);
      this.#rest = this.#rest.subarray(bytesWritten);
      this.#size += bytesWritten;
    }
    this.#waiting = this.#lines.reduce((sum, line) => sum + line.length + 1, 0);
  }

  async #rotate(): Promise<void> {
    const unread = await this.segments.rotate(this.#options.segments);
    const full = this.#file;
    this.#file = await open(this.path, 'a+');
    this.#size = 0;
    await full.close();
    if (unread > 0)
      this.#options.onFault(
        new Error(`journal ${this.path}: ${countText(unread, 'file')} deleted that nobody had read`),
      );
  }

  #refused(error: unknown): void {
    this.#retry = setTimeout(() => {
      this.#writing = this.#write();
    }, RETRY_MS).unref();
    if (this.#failing) return;
    this.#failing = true;
    this.#lostBefore = this.#lost;
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    this.#options.onFault(
      new Error(`journal ${this.path}: cannot be written (${code}), what is heard waits in memory`, { cause: error }),
    );
  }

  #recovered(): void {
    if (!this.#failing) return;
    this.#failing = false;
    const lost = this.#lost - this.#lostBefore;
    this.#options.onFault(
      new Error(`journal ${this.path}: written again, ${countText(lost, 'signal')} found no room meanwhile`),
    );
  }
}

/** After a crash the last line may be a part of one: ends it, so that the next is not glued to it. Returns the size. */
async function endLine(file: FileHandle): Promise<number> {
  const { size } = await file.stat();
  if (size === 0) return 0;
  const last = Buffer.alloc(1);
  await file.read(last, 0, 1, size - 1);
  if (last[0] === LF) return size;
  await file.write('\n');
  return size + 1;
}
