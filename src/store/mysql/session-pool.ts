import type { MysqlPool, MysqlPoolConnection, MysqlQueryResult, MysqlStream, MysqlStreamOptions } from 'kysely';
import type { Pool, PoolConnection, QueryError } from 'mysql2';

type Callback = (error: unknown, result: MysqlQueryResult) => void;

/**
 * What each session is set to, whatever the server's defaults. UTC: times are read and written as they stand.
 * STRICT: a value that does not fit is an error and not cut in silence. Above all without NO_BACKSLASH_ESCAPES: mysql2
 * escapes values with backslashes.
 */
const SESSION = `SET SESSION time_zone = '+00:00',
  sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
  innodb_lock_wait_timeout = 10`;

/** A query without an answer for so long has lost its server, though the network has not said so. */
const QUERY_TIMEOUT_MS = 60_000;

/** A pool of mysql2 in the form that Kysely's MysqlDialect wants, with sessions set up and queries bounded in time. */
export class SessionPool implements MysqlPool {
  readonly #pool: Pool;
  readonly #ready = new WeakSet<PoolConnection>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  getConnection(callback: (error: unknown, connection: MysqlPoolConnection) => void): void {
    this.#pool.getConnection((error, connection) => {
      if (error !== null || this.#ready.has(connection)) {
        callback(error, error === null ? new Session(connection) : UNUSED);
        return;
      }
      connection.query({ sql: SESSION, timeout: QUERY_TIMEOUT_MS }, (failed: QueryError | null) => {
        if (failed === null) this.#ready.add(connection);
        else connection.destroy();
        callback(failed, failed === null ? new Session(connection) : UNUSED);
      });
    });
  }

  end(callback: (error: unknown) => void): void {
    this.#pool.end(callback);
  }
}

/** Stands where an error is handed over, so nobody looks at it. */
const UNUSED = undefined as unknown as MysqlPoolConnection;

class Session implements MysqlPoolConnection {
  readonly #connection: PoolConnection;

  constructor(connection: PoolConnection) {
    this.#connection = connection;
  }

  get config(): object {
    return this.#connection.config;
  }

  get threadId(): number {
    return this.#connection.threadId;
  }

  connect(callback?: (error: unknown) => void): void {
    this.#connection.connect(callback);
  }

  query(sql: string, values: unknown[], callback?: Callback): { stream: (options: MysqlStreamOptions) => MysqlStream } {
    const query = this.#connection.query({ sql, values, timeout: QUERY_TIMEOUT_MS }, (error, result) => {
      // The answer may still come, and would be taken for that of the next query.
      if (error?.code === 'PROTOCOL_SEQUENCE_TIMEOUT') this.#connection.destroy();
      callback?.(error, result as MysqlQueryResult);
    });
    return query as unknown as { stream: (options: MysqlStreamOptions) => MysqlStream };
  }

  release(): void {
    this.#connection.release();
  }

  destroy(): void {
    this.#connection.destroy();
  }
}
