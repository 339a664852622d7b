import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';
import type { StoreError } from './store-error.ts';

/** The words of one database for what all of them can do: the whole difference between SQLite and MySQL. */
export interface SqlDialect {
  readonly name: 'sqlite' | 'mysql';
  /** Column types and clauses for `CREATE TABLE`. */
  readonly types: {
    readonly id: string;
    readonly text: (characters: number) => string;
    readonly longText: string;
    readonly time: string;
    readonly key: string;
    /** After the closing parenthesis of a table. */
    readonly table: string;
    /** The same for a table read and written by its primary key, which has no id. */
    readonly clusteredTable: string;
  };
  /** UTC with milliseconds, as a person reads it, and sorted as text. */
  time(ms: number): string;
  /** The inverse of `time`. */
  ms(text: string): number;
  /** SQL: the start of the hour of a time column. */
  hourOf(column: string): string;
  dropIndex(table: string, name: string): string;
  /** SQL: a Unix time in seconds of this moment. */
  readonly unixNow: string;
  /** SQL: a time that OpenSIPS wrote in the local time of this host, as the type of a time column here. */
  localToUtc(column: string): string;
  /** SQL: text of a foreign table, so that it compares with ours byte by byte. */
  binaryText(column: string): string;
  /** SQL that ends an INSERT: where `keys` exist already, `set` is done instead. */
  onConflict(keys: readonly string[], set: string): string;
  /** SQL: within `set`, the value that was to be inserted. */
  incoming(column: string): string;
  /** SQL: the lesser and the greater of two values. */
  least(a: string, b: string): string;
  greatest(a: string, b: string): string;
  /** SQL that deletes at most `rows` rows whose `time` is before `?`, oldest first. `keys` are the primary key. */
  deleteOldest(table: string, keys: readonly string[], time: string, rows: number): string;
  /** Whether rows read to be changed must be locked (`FOR UPDATE`): there are several writers at a time. */
  readonly locksRows: boolean;
  /** How many rows one INSERT has: few where a statement is prepared once and kept, many where it is a round trip. */
  readonly rowsPerInsert: number;
  /** How many characters of text one INSERT has: a server refuses a statement that is too long. */
  readonly charactersPerInsert: number;
}

/** One open database. */
export interface Engine {
  readonly dialect: SqlDialect;
  /** File path, or `user@host/database`. */
  readonly location: string;
  readonly db: Kysely<Schema>;
  /**
   * Before each transaction: a file that was deleted or replaced still takes writes, which nobody would ever see.
   * @throws StoreError `store_stopped`: the database has to be opened anew
   */
  checkPlace(): void;
  /** Runs `work` while no other process changes the schema. */
  lockSchema(work: () => Promise<void>): Promise<void>;
  /** Whether this error means that another writer came first: the transaction is to be done again. */
  isConflict(error: unknown): boolean;
  /** Whether this error means that what is to be made exists, or what is to be dropped does not: a step is repeated. */
  isAlreadyDone(error: unknown): boolean;
  /** What an error of the driver means. */
  storeError(error: unknown): StoreError;
  /** Whether there is a table or view of this name. */
  tableExists(name: string): Promise<boolean>;
  /** Size on disk, or null if not known. */
  bytes(): Promise<number | null>;
  /** Gives space freed by deleting back, a little at a time; false when there is no more to give. */
  reclaim(): Promise<boolean>;
  close(): Promise<void>;
}
