import { type FileHandle, open } from 'node:fs/promises';

export interface GeoFileOptions<T> {
  /** What it is, for messages: `country`, `city`, `asn`. */
  readonly name: string;
  /** Read together: the data that comes with sipward has a file for each family. */
  readonly paths: readonly string[];
  /** @throws if the contents are not what they should be */
  readonly parse: (contents: readonly Buffer[]) => T;
}

/** A database in files that somebody else replaces. */
export class GeoFile<T> {
  readonly name: string;
  readonly #options: GeoFileOptions<T>;
  #seen = '';
  #value: T | undefined;

  constructor(options: GeoFileOptions<T>) {
    this.name = options.name;
    this.#options = { ...options };
  }

  /** What was read last; undefined before. */
  get value(): T | undefined {
    return this.#value;
  }

  /**
   * Reads the files if they have changed, and says whether they had.
   * @throws what is wrong, with the path; what was read before stays. It is read again when it changes once more.
   */
  async round(): Promise<boolean> {
    const { name, paths, parse } = this.#options;
    await using handles = new AsyncDisposableStack();
    const files: FileHandle[] = [];
    for (const path of paths) {
      const opened = await open(path).catch((error: NodeJS.ErrnoException) => {
        this.#seen = '';
        throw new Error(`intel.geo.${name}: ${path} cannot be read (${error.code})`, { cause: error });
      });
      files.push(handles.use(opened));
    }
    const stats = await Promise.all(files.map((file) => file.stat()));
    const seen = stats.map(({ ino, size, mtimeMs }) => `${ino} ${size} ${mtimeMs}`).join(', ');
    if (seen === this.#seen) return false;
    this.#seen = seen;
    try {
      this.#value = parse(await Promise.all(files.map((file) => file.readFile())));
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      throw new Error(`intel.geo.${name}: ${paths.join(', ')}: ${what}`, { cause: error });
    }
    return true;
  }
}
