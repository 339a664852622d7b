import { open } from 'node:fs/promises';
import { Network } from '../../lib/network.ts';
import type { Added, ReputationBook } from '../reputation-book.ts';

/** A million addresses and then some. */
const MAX_FILE_BYTES = 32 << 20;

export interface FileRound extends Added {
  /** Lines that hold neither an address nor a network. */
  readonly unreadable: number;
}

/** A list in a file that somebody else keeps. The file is the whole list: what is no longer in it is listed no more. */
export class FileFeed {
  readonly name: string;
  readonly #path: string;
  readonly #book: ReputationBook;
  #seen = '';
  #writtenAt: number | undefined;

  constructor(name: string, path: string, book: ReputationBook) {
    this.name = name;
    this.#path = path;
    this.#book = book;
  }

  /** When the file was last written, ms since the epoch, as of the last `round`; undefined before it was found. */
  get writtenAt(): number | undefined {
    return this.#writtenAt;
  }

  /**
   * Reads the file if it has changed; undefined if not.
   * @throws what is wrong with the file, with its path; the list stays as it was
   */
  async round(): Promise<FileRound | undefined> {
    await using file = await open(this.#path).catch((error: NodeJS.ErrnoException) => {
      throw new Error(`list ${this.name}: ${this.#path} cannot be read (${error.code})`, { cause: error });
    });
    const { size, mtimeMs, ino, isFile } = await file.stat().then((found) => ({ ...found, isFile: found.isFile() }));
    this.#writtenAt = mtimeMs;
    const seen = `${ino} ${size} ${mtimeMs}`;
    if (seen === this.#seen) return undefined;
    if (!isFile) throw new Error(`list ${this.name}: expected a file, ${this.#path} is none`);
    if (size > MAX_FILE_BYTES) {
      throw new Error(`list ${this.name}: ${this.#path} has ${size} bytes, expected at most ${MAX_FILE_BYTES}`);
    }
    const { networks, unreadable } = parseList(await file.readFile('utf8'));
    this.#seen = seen;
    return { ...this.#book.replace(networks, { list: this.name, until: Number.POSITIVE_INFINITY }), unreadable };
  }
}

/** The addresses and networks of a list, and how many lines hold something else. */
export function parseList(text: string): { readonly networks: readonly Network[]; readonly unreadable: number } {
  const networks: Network[] = [];
  let unreadable = 0;
  for (const line of text.split('\n')) {
    const entry = line.replace(/[#;].*/s, '').trim();
    if (entry === '') continue;
    const network = Network.parse(entry);
    if (network === undefined) unreadable++;
    else networks.push(network);
  }
  return { networks, unreadable };
}
