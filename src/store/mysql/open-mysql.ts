import { readFileSync } from 'node:fs';
import { CompiledQuery, Kysely, MysqlDialect } from 'kysely';
import { createPool, type PoolOptions } from 'mysql2';
import type { MysqlConfig } from '../config.ts';
import type { Engine } from '../engine.ts';
import type { Schema } from '../schema.ts';
import { StoreError } from '../store-error.ts';
import { MYSQL } from './dialect.ts';
import { errorNumber, mysqlError } from './errors.ts';
import { SessionPool } from './session-pool.ts';

/** How long one process waits for another that changes the schema. */
const SCHEMA_LOCK_SECONDS = 60;

const DEADLOCK = 1213;
const DUPLICATE_ENTRY = 1062;
const DUPLICATE_COLUMN = 1060;
const DUPLICATE_INDEX = 1061;
const NO_SUCH_INDEX = 1091;

/** Connects at the first query, and again after each loss. */
export function openMysql(config: MysqlConfig): Engine {
  return new MysqlEngine(config);
}

class MysqlEngine implements Engine {
  readonly dialect = MYSQL;
  readonly location: string;
  readonly db: Kysely<Schema>;

  constructor(config: MysqlConfig) {
    this.location = `${config.user}@${config.socket ?? config.host}/${config.database}`;
    const pool = new SessionPool(createPool(poolOptions(config)));
    this.db = new Kysely<Schema>({ dialect: new MysqlDialect({ pool }) });
  }

  /** A server has no file that could be taken away. */
  checkPlace(): void {}

  async lockSchema(work: () => Promise<void>): Promise<void> {
    const name = "CONCAT('sipward.', SHA1(DATABASE()))";
    // The lock belongs to this connection; the work is done on others.
    await this.db.connection().execute(async (holder) => {
      const query = CompiledQuery.raw(`SELECT GET_LOCK(${name}, ${SCHEMA_LOCK_SECONDS}) AS held`);
      const { rows } = await holder.executeQuery(query as CompiledQuery<{ held: number | null }>);
      if (rows[0]?.held !== 1) {
        throw new StoreError('store_locked', `${this.location}: another process is changing the schema`);
      }
      try {
        await work();
      } finally {
        await holder.executeQuery(CompiledQuery.raw(`SELECT RELEASE_LOCK(${name})`));
      }
    });
  }

  isConflict(error: unknown): boolean {
    const number = errorNumber(error);
    return number === DEADLOCK || number === DUPLICATE_ENTRY;
  }

  isAlreadyDone(error: unknown): boolean {
    const number = errorNumber(error);
    return number === DUPLICATE_COLUMN || number === DUPLICATE_INDEX || number === NO_SUCH_INDEX;
  }

  storeError(error: unknown): StoreError {
    return mysqlError(error, this.location);
  }

  async tableExists(name: string): Promise<boolean> {
    const query = CompiledQuery.raw(
      'SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?',
      [name],
    );
    return (await this.db.executeQuery(query)).rows.length > 0;
  }

  async bytes(): Promise<number | null> {
    const query = CompiledQuery.raw(
      'SELECT SUM(data_length + index_length) AS bytes FROM information_schema.tables WHERE table_schema = DATABASE()',
    ) as CompiledQuery<{ bytes: string | number | null }>;
    const { rows } = await this.db.executeQuery(query);
    const bytes = rows[0]?.bytes ?? null;
    return bytes === null ? null : Number(bytes);
  }

  /** InnoDB uses freed space again by itself. */
  async reclaim(): Promise<boolean> {
    return false;
  }

  async close(): Promise<void> {
    await this.db.destroy();
  }
}

function poolOptions(config: MysqlConfig): PoolOptions {
  const { host, port, socket, user, database } = config;
  return {
    ...(socket === undefined ? { host, port } : { socketPath: socket }),
    user,
    database,
    ...passwordOf(config),
    ...tlsOf(config),
    charset: 'UTF8MB4_BIN',
    // Times stay the text they are: no driver guesses a time zone.
    dateStrings: true,
    connectTimeout: config['connect-timeout'],
    connectionLimit: config.connections,
    keepAliveInitialDelay: 10_000,
    enableKeepAlive: true,
  };
}

function passwordOf(config: MysqlConfig): { readonly password?: string } {
  if (config['password-file'] === undefined) return config.password === undefined ? {} : { password: config.password };
  return { password: read(config['password-file']).toString('utf8').split(/\r?\n/, 1)[0] ?? '' };
}

function tlsOf({ tls }: MysqlConfig): Pick<PoolOptions, 'ssl'> {
  if (tls === undefined) return {};
  return {
    ssl: {
      rejectUnauthorized: tls.verify,
      ...(tls.ca === undefined ? {} : { ca: read(tls.ca) }),
      ...(tls.cert === undefined ? {} : { cert: read(tls.cert) }),
      ...(tls.key === undefined ? {} : { key: read(tls.key) }),
    },
  };
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new StoreError('store_cannot_open', `store: ${String(error)}`, { cause: error });
  }
}
