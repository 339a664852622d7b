import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export const LOCK_FILE = 'lock';

/** SQLite's result code SQLITE_BUSY. */
const BUSY = 5;

/** Another daemon works on the same state directory. */
export class StateDirInUse extends Error {
  override readonly name = 'StateDirInUse';
}

/**
 * Keeps a second daemon off the state directory. An exclusive lock of SQLite on a file of its own: the kernel releases
 * it when the process dies, however it dies, so no stale lock is ever left.
 *
 * @throws StateDirInUse, or an error that names the directory if it cannot be written
 */
export function lockStateDir(stateDir: string): Disposable {
  let database: DatabaseSync | undefined;
  try {
    const opened = new DatabaseSync(join(stateDir, LOCK_FILE));
    database = opened;
    // No journal on disk: nothing is ever written.
    opened.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return { [Symbol.dispose]: () => opened.close() };
  } catch (error) {
    database?.close();
    throw faultOf(stateDir, error);
  }
}

function faultOf(stateDir: string, cause: unknown): Error {
  if (cause instanceof Error && 'errcode' in cause && cause.errcode === BUSY) {
    return new StateDirInUse(
      `state directory ${stateDir}: another sipward is running on it: end it, or choose another with --state-dir`,
      { cause },
    );
  }
  const why = cause instanceof Error ? cause.message : String(cause);
  return new Error(`state directory ${stateDir}: ${LOCK_FILE} in it cannot be written: ${why}`, { cause });
}
