/** A private MariaDB server from the system's package, on its own files, socket and port. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { type StoreConfig, storeConfig } from '../config.ts';

const BINARIES = ['/usr/sbin/mariadbd', '/usr/local/sbin/mariadbd', '/usr/libexec/mariadbd', '/usr/bin/mariadbd'];
const BINARY = BINARIES.find((path) => existsSync(path));

/** Why the tests against MariaDB cannot run here, or false. On CI they must. */
export function mariadbMissing(): string | false {
  if (BINARY !== undefined) return false;
  assert.equal(process.env.CI, undefined, 'mariadbd must be installed on CI (Debian: mariadb-server)');
  return 'mariadbd is not installed (Debian: apt-get install mariadb-server)';
}

export interface MariaDb {
  readonly port: number;
  readonly socket: string;
  /** The configuration of an own, empty database and a user of it. */
  database(): Promise<StoreConfig & { readonly type: 'mysql' }>;
  /** As root, each statement on its own connection. */
  query(sql: string): Promise<RowDataPacket[]>;
  stop(signal?: NodeJS.Signals): Promise<void>;
  start(...options: string[]): Promise<void>;
  /** Stops it and deletes its files. */
  remove(): Promise<void>;
}

export async function startMariaDb(): Promise<MariaDb> {
  const dir = await mkdtemp(join(tmpdir(), 'sipward-mariadb-'));
  const asRoot = process.getuid?.() === 0 ? ['--user=root'] : [];
  const files = [`--datadir=${join(dir, 'data')}`, ...asRoot];
  const install = ['--no-defaults', ...files, '--auth-root-authentication-method=normal', '--skip-test-db'];
  execFileSync('mariadb-install-db', install, { stdio: 'pipe' });
  const server = new PrivateServer(dir, files, await freePort());
  await server.start();
  return server;
}

class PrivateServer implements MariaDb {
  readonly port: number;
  readonly socket: string;
  readonly #files: readonly string[];
  readonly #log: string;
  readonly #dir: string;
  #process: ChildProcess | undefined;
  #databases = 0;

  constructor(dir: string, files: readonly string[], port: number) {
    this.#dir = dir;
    this.#files = files;
    this.port = port;
    this.socket = join(dir, 's');
    this.#log = join(dir, 'log');
  }

  async start(...options: string[]): Promise<void> {
    const network = [`--socket=${this.socket}`, `--port=${this.port}`, '--bind-address=127.0.0.1'];
    // Another zone than UTC: what is stored must not depend on it.
    const server = [
      '--default-time-zone=+05:30',
      `--log-error=${this.#log}`,
      '--innodb-buffer-pool-size=128M',
      '--innodb-flush-log-at-trx-commit=2',
    ];
    const all = ['--no-defaults', ...this.#files, ...network, ...server, ...options];
    this.#process = spawn(BINARY ?? 'mariadbd', all, { stdio: 'ignore' });
    for (let waitedMs = 0; ; waitedMs += 50) {
      if (this.#process.exitCode !== null) throw new Error(`mariadbd ended at once, see ${this.#log}`);
      try {
        await this.query('SELECT 1');
        return;
      } catch (error) {
        if (waitedMs > 20_000) throw error;
        await sleep(50);
      }
    }
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (running === undefined || running.exitCode !== null) return;
    const ended = once(running, 'exit');
    running.kill(signal);
    await ended;
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.#dir, { recursive: true, force: true });
  }

  async query(sql: string): Promise<RowDataPacket[]> {
    const root = await createConnection({ socketPath: this.socket, user: 'root', dateStrings: true });
    try {
      const [rows] = await root.query<RowDataPacket[]>(sql);
      return rows;
    } finally {
      await root.end();
    }
  }

  async database(): Promise<StoreConfig & { readonly type: 'mysql' }> {
    const name = `sipward_${++this.#databases}`;
    await this.query(`CREATE DATABASE ${name} CHARACTER SET latin1`);
    await this.query(`CREATE USER ${name}@'%' IDENTIFIED BY 'secret'`);
    await this.query(`GRANT ALL ON ${name}.* TO ${name}@'%'`);
    const place = { host: '127.0.0.1', port: this.port, database: name };
    const config = storeConfig.parse({ type: 'mysql', ...place, user: name, password: 'secret' });
    assert.ok(config.type === 'mysql');
    return config;
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  assert.ok(typeof address === 'object' && address !== null);
  probe.close();
  await once(probe, 'close');
  return address.port;
}
