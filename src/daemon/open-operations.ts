import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Config } from '../config/schema.ts';
import { GeoBook } from '../intel/geo/geo-book.ts';
import type { Clock } from '../lib/clock.ts';
import { peersOf } from '../opensips/peers.ts';
import { accountAllowlist } from '../policy/accounts.ts';
import { openEngine } from '../store/open-engine.ts';
import { SqlStore } from '../store/sql-store.ts';
import type { Retention } from '../store/store.ts';
import { daemonListens, remoteOperations } from './control-client.ts';
import { noEngine } from './engine.ts';
import type { Operations } from './operations.ts';
import { impliedAllowlist, localOperations } from './operations-local.ts';

export interface OpenOperationsOptions {
  readonly config: Config;
  readonly stateDir: string;
  readonly clock: Clock;
}

/** Lends the operations of the daemon that runs on this state directory; without one, those straight over the store. */
export async function withOperations<T>(
  { config, stateDir, clock }: OpenOperationsOptions,
  use: (operations: Operations) => Promise<T>,
): Promise<T> {
  if (await daemonListens(stateDir)) return use(remoteOperations(stateDir));
  makeStateDir(stateDir);
  // In this thread: nothing else runs here that a synchronous database could delay, and a thread takes time to start.
  const store = new SqlStore(await openEngine(config.store, stateDir));
  try {
    const operations = localOperations({
      store,
      engine: noEngine(config.enforcement),
      daemon: false,
      clock,
      geography: () => readGeography(config),
      retention: retentionOf(config),
      config,
      stateDir,
      implied: () => impliedAllowlist(config.policy.allowlist, peersOf(config.opensips)),
      exemptsAccount: accountAllowlist(config.policy.accounts.allowlist),
    });
    return await use(operations);
  } finally {
    await store.close();
  }
}

/** What cannot be read is unknown here; `sipward check` says why. */
async function readGeography(config: Config): Promise<GeoBook> {
  const book = new GeoBook(config.intel.geo);
  await book.round();
  return book;
}

/** Its owner and his group only: it names accounts and addresses, and holds the control socket. */
export function makeStateDir(stateDir: string): void {
  try {
    makeDirectory(stateDir);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'EEXIST' || code === 'ENOTDIR' ? 'expected a directory, got a file' : message;
    throw new Error(`the state directory ${stateDir} cannot be made: ${why}`, { cause: error });
  }
}

/** With those above it. Not by `recursive`: where nobody can make one, as in /proc, Node 26 tries for ever. */
function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { mode: 0o750 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(path).isDirectory()) return;
    if (code !== 'ENOENT' || path === dirname(path)) throw error;
    makeDirectory(dirname(path));
    mkdirSync(path, { mode: 0o750 });
  }
}

export function retentionOf({ retention }: Config): Retention {
  return { signalsMs: retention.signals, eventsMs: retention.events, blocksMs: retention.blocks };
}
