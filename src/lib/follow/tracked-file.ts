import { createHash } from 'node:crypto';
import { type BigIntStats, constants, fstatSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { FilePosition } from './file-position.ts';
import { hasCode, readError } from './read-error.ts';

/** So many of the first bytes tell a file from another one with the same inode. */
const HEAD_BYTES = 256;
/** The beginning of an unfinished line is looked for so far back. */
const MAX_UNFINISHED_BYTES = 64 * 1024;

/** A file opened for reading, which stays the same one whatever happens to its name. */
export class TrackedFile implements AsyncDisposable {
  readonly #handle: FileHandle;
  /** As it was when opened. */
  readonly stats: BigIntStats;
  readonly path: string;
  /** All bytes before this one were taken; the next to be read is `offset + ahead`. */
  #offset = 0;
  #ahead = 0;
  /** The first bytes, as far as they are known, and their fingerprint. */
  #head: Buffer;
  #fingerprint: string;

  private constructor(path: string, handle: FileHandle, stats: BigIntStats) {
    this.path = path;
    this.#handle = handle;
    this.stats = stats;
    this.#head = this.#readHead(HEAD_BYTES);
    this.#fingerprint = fingerprintOf(this.#head);
  }

  /** The file of that name, undefined if there is none. */
  static async open(path: string): Promise<TrackedFile | undefined> {
    let handle: FileHandle;
    try {
      // A named pipe would wait for its writer.
      handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    } catch (error) {
      if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
      throw readError(path, error);
    }
    const stats = await handle.stat({ bigint: true });
    if (stats.isFile()) return new TrackedFile(path, handle, stats);
    await handle.close();
    throw new Error(`cannot read ${path}: expected a regular file (or a link to one)`);
  }

  get position(): FilePosition {
    const { dev, ino } = this.stats;
    return { dev: String(dev), inode: String(ino), fingerprint: this.#fingerprint, offset: this.#offset };
  }

  async stat(): Promise<BigIntStats> {
    return await this.#handle.stat({ bigint: true });
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  isSameFile(other: { readonly dev: bigint; readonly ino: bigint }): boolean {
    return this.stats.dev === other.dev && this.stats.ino === other.ino;
  }

  hasIdentity(position: FilePosition): boolean {
    return String(this.stats.dev) === position.dev && String(this.stats.ino) === position.inode;
  }

  /** Whether what stands before the position's offset is there, as far as its first bytes and the size can tell. */
  async hasContent(position: FilePosition): Promise<boolean> {
    const length = Number.parseInt(position.fingerprint, 10);
    const same = fingerprintOf(this.#readHead(length)) === position.fingerprint;
    return same && (await this.size()) >= position.offset;
  }

  /** Reads on from there. */
  seek(offset: number): void {
    this.#offset = offset;
    this.#ahead = 0;
  }

  /** Reads on from the end, or from where the line begins that is being written there. */
  async seekToEnd(): Promise<void> {
    const size = await this.size();
    const tail = Buffer.alloc(Math.min(size, MAX_UNFINISHED_BYTES));
    const { bytesRead } = await this.#handle.read(tail, 0, tail.length, size - tail.length);
    const lineEnd = tail.subarray(0, bytesRead).lastIndexOf('\n');
    this.seek(lineEnd < 0 && tail.length < size ? size : size - tail.length + lineEnd + 1);
  }

  /**
   * Fills what follows into `space`.
   *
   * @returns how many bytes; -1 if the file was emptied, and perhaps written anew, since it was opened (`copytruncate`)
   */
  async read(space: Buffer): Promise<number> {
    const from = this.#offset + this.#ahead;
    const { bytesRead } = await this.#handle.read(space, 0, space.length, from);
    // Asked afterwards: if not, what was read came out of the file as it was known.
    if (this.#wasTruncated(from + bytesRead)) return -1;
    this.#ahead += bytesRead;
    const known = this.#head.length;
    if (known < HEAD_BYTES && from <= known && from + bytesRead > known) {
      this.#head = Buffer.concat([this.#head, space.subarray(known - from, bytesRead)]).subarray(0, HEAD_BYTES);
      this.#fingerprint = fingerprintOf(this.#head);
    }
    return bytesRead;
  }

  /** The next `bytes` of what was read were taken. */
  took(bytes: number): void {
    this.#offset += bytes;
    this.#ahead -= bytes;
  }

  /** Whether nothing was in it when it was opened, so that it cannot be known again. */
  get isBlank(): boolean {
    return this.#head.length === 0;
  }

  /** Whether it was made later than `other` and starts with nothing but what is in there. */
  isCopyOf(other: TrackedFile): boolean {
    const same = this.#head.equals(other.#head.subarray(0, this.#head.length));
    return same && this.stats.birthtimeNs > other.stats.birthtimeNs;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The first bytes are in the page cache, so this does not wait. */
  #wasTruncated(size: number): boolean {
    return !this.#readHead(this.#head.length).equals(this.#head) || fstatSync(this.#handle.fd).size < size;
  }

  #readHead(length: number): Buffer {
    const head = Buffer.alloc(length);
    return head.subarray(0, readSync(this.#handle.fd, head, 0, length, 0));
  }
}

function fingerprintOf(head: Buffer): string {
  const hash = head.length === 0 ? '' : createHash('sha256').update(head).digest('hex').slice(0, 16);
  return `${head.length}:${hash}`;
}
