import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ChangeWatch } from './change-watch.ts';
import { type FilePosition, NOWHERE } from './file-position.ts';
import { LineBuffer, type LineLimits } from './line-buffer.ts';
import { hasCode, readError } from './read-error.ts';
import { findMoved, findNewer } from './rotated-files.ts';
import { TrackedFile } from './tracked-file.ts';

export interface FollowOptions extends LineLimits {
  readonly path: string;
  /** Where reading stopped last time; undefined the first time. */
  readonly position: FilePosition | undefined;
  /** Where to begin the first time in a file that is there already; one that is made later is read from its beginning. */
  readonly start: 'beginning' | 'end';
  readonly stop: AbortSignal;
  /** Something was lost that should have been read. */
  readonly onFault: (error: Error) => void;
}

/** Lines that were taken, and where to go on after them. */
export interface Block {
  readonly lines: readonly string[];
  readonly tooLong: number;
  readonly position: FilePosition;
}

/**
 * The lines of a file as they are appended, whatever log rotation does to it: renamed, copied and emptied, or gone for a
 * while, once or several times, while it is followed or between two runs. A line is only given when it is complete.
 *
 * It waits for the file (and its directory) to be made, and throws if it may not be read.
 */
export async function* followFile(options: FollowOptions): AsyncGenerator<Block> {
  const follower = new Follower(options);
  try {
    yield* follower.blocks();
  } finally {
    await follower.close();
  }
}

class Follower {
  readonly #options: FollowOptions;
  readonly #path: string;
  readonly #buffer: LineBuffer;
  readonly #watch: ChangeWatch;
  /** The file being read, and those to be read after it. The last of all is the one that may still grow. */
  #file: TrackedFile | undefined;
  #next: readonly TrackedFile[] = [];

  constructor(options: FollowOptions) {
    this.#options = { ...options };
    this.#path = resolve(options.path);
    this.#buffer = new LineBuffer(options);
    this.#watch = new ChangeWatch(this.#path, options.stop);
  }

  async close(): Promise<void> {
    this.#watch[Symbol.dispose]();
    await this.#closeFiles();
  }

  async *blocks(): AsyncGenerator<Block> {
    const { position } = this.#options;
    await (position === undefined ? this.#begin() : this.#goOn(position));
    // Without lines: so that a first run that saw none, too, is one to go on from.
    if (position === undefined) yield this.#block([], 0);
    while (!this.#options.stop.aborted) {
      const grew = yield* this.#read();
      if (!grew && !(await this.#advance())) await this.#watch.wait();
    }
  }

  async #begin(): Promise<void> {
    this.#file = await TrackedFile.open(this.#path);
    if (this.#options.start === 'end') await this.#file?.seekToEnd();
  }

  /** Finds the file of `position` again, and what came after it. */
  async #goOn(position: FilePosition): Promise<void> {
    this.#file = await TrackedFile.open(this.#path);
    if (this.#file?.hasIdentity(position) && (await this.#file.hasContent(position))) {
      this.#file.seek(position.offset);
      return;
    }
    const moved = await findMoved(this.#path, position);
    if (moved !== undefined) {
      await this.#file?.close();
      this.#file = moved;
      this.#next = await findNewer(this.#path, moved);
    } else if (position.inode !== NOWHERE.inode) {
      const what = `${this.#path}: the file that was read up to byte ${position.offset} is gone or was emptied`;
      this.#options.onFault(
        new Error(`${what}, and what it was renamed or copied to is not beside it: its last lines may be lost`),
      );
    }
  }

  /** Reads what there is. @returns whether there was anything */
  async *#read(): AsyncGenerator<Block, boolean> {
    const file = this.#file;
    if (file === undefined) return false;
    const space = this.#buffer.space();
    const bytes = await file.read(space);
    if (bytes < 0) {
      await this.#reopen(file);
      return true;
    }
    this.#buffer.filled(bytes);
    // A short read is the end of the file for now. After a full one, the last line waits for what follows.
    for (let taken = this.#buffer.take(bytes < space.length); taken !== undefined; ) {
      file.took(taken.bytes);
      yield this.#block(taken.lines, taken.tooLong);
      if (this.#options.stop.aborted) return false;
      taken = this.#buffer.take(bytes < space.length);
    }
    return bytes > 0;
  }

  /** What was not taken of an emptied file may be in a copy of it. */
  async #reopen(file: TrackedFile): Promise<void> {
    const { position } = file;
    await this.#closeFiles();
    this.#buffer.clear();
    await this.#goOn(position);
  }

  async #closeFiles(): Promise<void> {
    const files = [this.#file, ...this.#next];
    this.#file = undefined;
    this.#next = [];
    for (const file of files) await file?.close();
  }

  /**
   * Called when the file has no more to read: goes on with the next one, if there is one that has something to read.
   * @returns whether to read again
   */
  async #advance(): Promise<boolean> {
    const [next, ...others] = this.#next;
    if (next !== undefined) {
      await this.#switch(next, others);
      return true;
    }
    if (this.#file === undefined) {
      this.#file = await TrackedFile.open(this.#path);
      return this.#file !== undefined;
    }
    if (!(await this.#isSuperseded(this.#file))) return false;
    // The writer has turned to the new file, so what it wrote to this one before is all there: look once more.
    this.#next = await findNewer(this.#path, this.#file);
    return true;
  }

  async #switch(next: TrackedFile, others: readonly TrackedFile[]): Promise<void> {
    await this.#file?.close();
    // The rest is a line that its writer never ended.
    this.#buffer.clear();
    this.#file = next;
    this.#next = others;
  }

  /**
   * Whether the name belongs to another file now, and that one has been written to. Until then the position stays in the
   * old file, from which everything after it can be found.
   */
  async #isSuperseded(file: TrackedFile): Promise<boolean> {
    try {
      const stats = await stat(this.#path, { bigint: true });
      return !file.isSameFile(stats) && stats.size > 0n;
    } catch (error) {
      if (hasCode(error, 'ENOENT', 'ENOTDIR')) return false;
      throw readError(this.#path, error);
    }
  }

  #block(lines: readonly string[], tooLong: number): Block {
    return { lines, tooLong, position: this.#file?.position ?? NOWHERE };
  }
}
