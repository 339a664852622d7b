import { type FileHandle, open } from 'node:fs/promises';

export interface GeoFileOptions<T> {
  /** What it is, for messages: `country`, `city`, `asn`. */
  readonly name: string;
  readonly isShipped: boolean;
  /** Read together: the data that comes with sipward has a file for each family. */
  readonly paths: readonly string[];
  /** @throws if the contents are not what they should be */
  readonly parse: (contents: readonly Buffer[]) => T;
}

/** A database in files that somebody else replaces. */
export class GeoFile<T> {
  readonly name: string;
  readonly paths: readonly string[];
  /** It came with sipward. */
  readonly isShipped: boolean;
  readonly #parse: GeoFileOptions<T>['parse'];
  #seen = '';
  #value: T | undefined;
  #fault: Error | undefined;

  constructor(options: GeoFileOptions<T>) {
    this.name = options.name;
    this.paths = [...options.paths];
    this.isShipped = options.isShipped;
    this.#parse = options.parse;
  }

  /** What was read last; undefined before. */
  get value(): T | undefined {
    return this.#value;
  }

  /** Why it could not be read the last time; undefined if it could. */
  get fault(): Error | undefined {
    return this.#fault;
  }

  /**
   * Reads the files if they have changed, and says whether they had.
   * @throws what is wrong, with the path; what was read before stays. It is read again when it changes once more.
   */
  async round(): Promise<boolean> {
    const { paths } = this;
    await using handles = new AsyncDisposableStack();
    const files: FileHandle[] = [];
    for (const path of paths) {
      const opened = await open(path).catch((error: NodeJS.ErrnoException) => {
        this.#seen = '';
        throw this.#failed(`${path} cannot be read (${error.code})`, error);
      });
      files.push(handles.use(opened));
    }
    const stats = await Promise.all(files.map((file) => file.stat()));
    const seen = stats.map(({ ino, size, mtimeMs }) => `${ino} ${size} ${mtimeMs}`).join(', ');
    if (seen === this.#seen) return false;
    this.#seen = seen;
    try {
      this.#value = this.#parse(await Promise.all(files.map((file) => file.readFile())));
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      throw this.#failed(`${paths.join(', ')}: ${what}`, error);
    }
    this.#fault = undefined;
    return true;
  }

  #failed(what: string, cause: unknown): Error {
    this.#fault = new Error(`intel.geo.${this.name}: ${what}`, { cause });
    return this.#fault;
  }
}
