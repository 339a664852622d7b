import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { SqliteDatabase, SqliteStatement } from 'kysely';

/** Prepared statements kept. Few are ever seen: they differ only in how many rows the last part of a batch has. */
const MAX_STATEMENTS = 512;

/**
 * A `node:sqlite` database in the form that Kysely's SqliteDialect wants. Statements are prepared once and kept.
 */
export class KyselyDatabase implements SqliteDatabase {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, SqliteStatement>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  prepare(sql: string): SqliteStatement {
    // Kysely begins deferred. All transactions here write, and a deferred one fails at its first write, without
    // waiting, if another process wrote since its first read.
    if (sql === 'begin') return this.#statement('begin immediate');
    // After a full disk SQLite has rolled back by itself; rolling back again must not hide that error.
    if (sql === 'rollback' && !this.#database.isTransaction) return NOTHING;
    return this.#statement(sql);
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #statement(sql: string): SqliteStatement {
    const kept = this.#statements.get(sql);
    if (kept !== undefined) return kept;
    if (this.#statements.size >= MAX_STATEMENTS) this.#statements.clear();
    const statement = new KyselyStatement(this.#database.prepare(sql));
    this.#statements.set(sql, statement);
    return statement;
  }
}

class KyselyStatement implements SqliteStatement {
  readonly reader: boolean;
  readonly #statement: StatementSync;

  constructor(statement: StatementSync) {
    this.#statement = statement;
    this.reader = statement.columns().length > 0;
  }

  all(parameters: readonly unknown[]): unknown[] {
    return this.#statement.all(...(parameters as SQLInputValue[]));
  }

  run(parameters: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint } {
    return this.#statement.run(...(parameters as SQLInputValue[]));
  }

  iterate(parameters: readonly unknown[]): IterableIterator<unknown> {
    return this.#statement.iterate(...(parameters as SQLInputValue[]));
  }
}

const NOTHING: SqliteStatement = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [].values(),
};
