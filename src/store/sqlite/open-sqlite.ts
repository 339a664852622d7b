import { chownSync, closeSync, existsSync, mkdirSync, openSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CompiledQuery, Kysely, SqliteDialect } from 'kysely';
import type { Engine } from '../engine.ts';
import type { Schema } from '../schema.ts';
import { StoreError } from '../store-error.ts';
import { SQLITE } from './dialect.ts';
import { sqliteError } from './errors.ts';
import { KyselyDatabase } from './kysely-database.ts';

/** The path of a database that is gone when closed. */
const MEMORY = ':memory:';

/** How long a statement waits for another process that writes (the CLI beside the daemon). */
const BUSY_TIMEOUT_MS = 5000;

/** Pages given back to the file system in one step: about 4 MB. */
const RECLAIM_PAGES = 1000;

/**
 * FULL: what was committed survives a power cut (docs/decisions/store-durability.md). The cache holds the upper
 * levels of the indexes of some ten million rows; the log is checkpointed every 32 MB, because each checkpoint writes
 * every index page changed since the last one.
 */
const PRAGMAS = `
  PRAGMA auto_vacuum = INCREMENTAL;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA cache_size = -65536;
  PRAGMA wal_autocheckpoint = 8000;
  PRAGMA journal_size_limit = 67108864;
  PRAGMA temp_store = MEMORY;
`;

/** @param path of the file, or `:memory:` */
export function openSqlite(path: string): Engine {
  let database: DatabaseSync;
  try {
    if (path !== MEMORY) createFile(path);
    database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  } catch (error) {
    throw sqliteError(error, path);
  }
  try {
    database.exec(PRAGMAS);
  } catch (error) {
    database.close();
    throw sqliteError(error, path);
  }
  return new SqliteEngine(database, path);
}

/**
 * Made before SQLite makes it, so that only the owner and his group read it: it names accounts and addresses. Its
 * directory is made if only that one is missing; a longer path that is not there is rather a mistake.
 */
function createFile(path: string): void {
  const directory = dirname(path);
  if (!existsSync(directory)) mkdirSync(directory, { mode: 0o750 });
  const isNew = !existsSync(path);
  closeSync(openSync(path, 'a', 0o640));
  // What root makes by a command before the daemon first runs must belong to the daemon.
  if (isNew && process.getuid?.() === 0) {
    const { uid, gid } = statSync(directory);
    chownSync(path, uid, gid);
  }
}

class SqliteEngine implements Engine {
  readonly dialect = SQLITE;
  readonly location: string;
  readonly db: Kysely<Schema>;
  readonly #database: DatabaseSync;
  /** The file that was opened; undefined for a database in memory. */
  readonly #file: Stats | undefined;

  constructor(database: DatabaseSync, path: string) {
    this.#database = database;
    this.location = path;
    this.#file = path === MEMORY ? undefined : statSync(path);
    this.db = new Kysely<Schema>({ dialect: new SqliteDialect({ database: new KyselyDatabase(database) }) });
  }

  checkPlace(): void {
    if (this.#file === undefined) return;
    const now = statSync(this.location, { throwIfNoEntry: false });
    if (now?.ino === this.#file.ino && now.dev === this.#file.dev) return;
    throw new StoreError('store_stopped', `${this.location}: the file was deleted or replaced`);
  }

  async lockSchema(work: () => Promise<void>): Promise<void> {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      await work();
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  /** There is one writer at a time, and it sees everything that was written before. */
  isConflict(): boolean {
    return false;
  }

  /** A migration is one transaction: it is never repeated. */
  isAlreadyDone(): boolean {
    return false;
  }

  storeError(error: unknown): ReturnType<typeof sqliteError> {
    return sqliteError(error, this.location);
  }

  async tableExists(name: string): Promise<boolean> {
    const query = CompiledQuery.raw("SELECT 1 FROM sqlite_master WHERE type IN ('table', 'view') AND name = ?", [name]);
    return (await this.db.executeQuery(query)).rows.length > 0;
  }

  async bytes(): Promise<number | null> {
    if (this.#file === undefined) return null;
    return sizeOf(this.location) + sizeOf(`${this.location}-wal`);
  }

  async reclaim(): Promise<boolean> {
    this.#database.exec(`PRAGMA incremental_vacuum(${RECLAIM_PAGES})`);
    const { freelist_count: free } = this.#database.prepare('PRAGMA freelist_count').get() as {
      freelist_count: number;
    };
    return free > 0;
  }

  async close(): Promise<void> {
    await this.db.destroy();
    if (this.#database.isOpen) this.#database.close();
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
