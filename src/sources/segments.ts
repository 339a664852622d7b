import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { type FilePosition, NOWHERE } from '../lib/follow/file-position.ts';

interface Segment {
  readonly path: string;
  readonly dev: string;
  readonly inode: string;
}

/**
 * The files of a journal: the current one, which has the journal's name, and older ones with a number behind it, counting
 * up. Knows which one is being read, so that a file that nobody has read does not go unnoticed.
 */
export class Segments {
  readonly #path: string;
  /** Oldest first; the last is the current one. */
  #files: Segment[];
  #nextNumber: number;
  #readInode = '';

  private constructor(path: string, files: Segment[], nextNumber: number) {
    this.#path = path;
    this.#files = files;
    this.#nextNumber = nextNumber;
  }

  /** Takes stock. The current file is made if it is not there. */
  static async open(path: string): Promise<Segments> {
    await (await open(path, 'a', 0o640)).close();
    const numbers = await rotatedNumbers(path);
    const paths = [...numbers.map((number) => `${path}.${number}`), path];
    return new Segments(path, await Promise.all(paths.map(segmentAt)), (numbers.at(-1) ?? 0) + 1);
  }

  get count(): number {
    return this.#files.length;
  }

  /** Where the oldest line is. */
  get beginning(): FilePosition {
    const { dev = NOWHERE.dev, inode = NOWHERE.inode } = this.#files[0] ?? {};
    return { ...NOWHERE, dev, inode };
  }

  /** Notes how far the journal was read. */
  readUpTo(position: FilePosition): void {
    this.#readInode = position.inode;
  }

  /** Deletes what comes before the position: it was read and what it led to is stored. */
  async forgetBefore(position: FilePosition): Promise<void> {
    const index = this.#files.findIndex(({ inode }) => inode === position.inode);
    for (let i = 0; i < index; i++) await this.#deleteOldest();
  }

  /**
   * Gives the current file a number and begins a new one, then deletes the oldest beyond `keep`.
   * @returns how many of those deleted had not been read
   */
  async rotate(keep: number): Promise<number> {
    const numbered = `${this.#path}.${this.#nextNumber}`;
    await renameIfThere(this.#path, numbered);
    await (await open(this.#path, 'a', 0o640)).close();
    this.#nextNumber++;
    const full = this.#files.pop();
    if (full !== undefined) this.#files.push({ ...full, path: numbered });
    this.#files.push(await segmentAt(this.#path));
    let unread = 0;
    while (this.#files.length > keep) {
      if (!this.#files.slice(1).some(({ inode }) => inode === this.#readInode)) unread++;
      await this.#deleteOldest();
    }
    return unread;
  }

  async #deleteOldest(): Promise<void> {
    const oldest = this.#files.shift();
    if (oldest !== undefined) await rm(oldest.path, { force: true });
  }
}

async function segmentAt(path: string): Promise<Segment> {
  const { dev, ino } = await stat(path, { bigint: true });
  return { path, dev: String(dev), inode: String(ino) };
}

/** Somebody may have moved the file away already. */
async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Oldest first. */
async function rotatedNumbers(path: string): Promise<number[]> {
  const prefix = `${basename(path)}.`;
  const names = (await readdir(dirname(path))).filter((name) => name.startsWith(prefix));
  const numbers = names.map((name) => name.slice(prefix.length)).filter((digits) => /^\d{1,15}$/.test(digits));
  return numbers.map(Number).sort((a, b) => a - b);
}
