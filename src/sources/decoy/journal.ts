import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { type FilePosition, NOWHERE } from '../../lib/follow/file-position.ts';

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
const ROTATED = /^signals\.log\.(\d{1,15})$/;
const RETRY_MS = 1000;
const LF = 10;

/**
 * A file of lines that survives a crash: all lines of one turn of the event loop are written together. The current file
 * is `signals.log`; a full one is renamed to `signals.log.<n>`, n counting up, and the oldest are deleted.
 *
 * States: idle; writing (one write at a time, what comes meanwhile waits for the next); failing (the disk refused: what
 * waits is kept up to a limit and tried again every second). When it is disposed, what the disk took is complete.
 */
export class Journal implements AsyncDisposable {
  readonly path: string;
  readonly #options: JournalOptions;
  readonly #maxWaiting: number;
  #file: FileHandle;
  #size: number;
  #lines: string[] = [];
  #waiting = 0;
  /** What the disk took only in part. */
  #rest: Buffer = Buffer.alloc(0);
  #writing: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #failing = false;
  #closed = false;
  #lost = 0;
  #lostBefore = 0;

  private constructor(options: JournalOptions, path: string, file: FileHandle, size: number) {
    this.#options = { ...options };
    this.#maxWaiting = options.maxWaiting ?? 8_388_608;
    this.path = path;
    this.#file = file;
    this.#size = size;
  }

  static async open(options: JournalOptions): Promise<Journal> {
    await mkdir(options.directory, { recursive: true, mode: 0o750 });
    const path = join(options.directory, FILE);
    const file = await open(path, 'a+', 0o640);
    const size = await endLine(file);
    return new Journal(options, path, file, size);
  }

  /** Lines that found no room while the disk failed, or came too late. */
  get lost(): number {
    return this.#lost;
  }

  /** Where the oldest line is. */
  async beginning(): Promise<FilePosition> {
    const [oldest] = await this.#rotatedNumbers();
    const path = oldest === undefined ? this.path : `${this.path}.${oldest}`;
    const { dev, ino } = await stat(path, { bigint: true });
    return { ...NOWHERE, dev: String(dev), inode: String(ino) };
  }

  /** Writes a line before the next turn of the event loop is over. @param line without its line end */
  append(line: string): void {
    if (this.#closed || this.#waiting + line.length > this.#maxWaiting) {
      this.#lost++;
      return;
    }
    this.#waiting += line.length + 1;
    this.#lines.push(line);
    if (this.#failing || this.#writing !== undefined) return;
    this.#writing = new Promise((resolve) => setImmediate(resolve)).then(() => this.#write());
  }

  /** Resolves when what was appended is in the file, or has been refused. */
  async flushed(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.flushed();
    clearTimeout(this.#retry);
    if (this.#failing) await this.#write();
    clearTimeout(this.#retry);
    await this.#file.close();
  }

  /** Writes until nothing waits. Never throws. */
  async #write(): Promise<void> {
    try {
      while (this.#rest.length > 0 || this.#lines.length > 0) {
        await this.#writeBatch();
        this.#recovered();
        if (this.#size > this.#options.segmentBytes) await this.#rotate();
      }
    } catch (error) {
      this.#refused(error);
    } finally {
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
    const numbers = await this.#rotatedNumbers();
    const next = (numbers.at(-1) ?? 0) + 1;
    await this.#rename(`${this.path}.${next}`);
    const full = this.#file;
    this.#file = await open(this.path, 'a+', 0o640);
    this.#size = 0;
    await full.close();
    const surplus = [...numbers, next].slice(0, Math.max(0, numbers.length + 2 - this.#options.segments));
    for (const number of surplus) await rm(`${this.path}.${number}`, { force: true });
  }

  /** Somebody may have moved the file away already. */
  async #rename(to: string): Promise<void> {
    try {
      await rename(this.path, to);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }

  /** Oldest first. */
  async #rotatedNumbers(): Promise<number[]> {
    const names = await readdir(this.#options.directory);
    return names
      .flatMap((name) => ROTATED.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b);
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
    this.#options.onFault(new Error(`journal ${this.path}: written again, ${lost} signals found no room meanwhile`));
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
