import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export const LOCK_FILE = 'lock';

/** Another daemon works on the same state directory. */
export class StateDirInUse extends Error {
  override readonly name = 'StateDirInUse';
}

/**
 * Keeps a second daemon off the state directory. An exclusive lock of SQLite on a file of its own: the kernel releases
 * it when the process dies, however it dies, so no stale lock is ever left.
 *
 * @throws StateDirInUse
 */
export function lockStateDir(stateDir: string): Disposable {
  const database = new DatabaseSync(join(stateDir, LOCK_FILE));
  try {
    // No journal on disk: nothing is ever written.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    throw new StateDirInUse(`state directory ${stateDir}: another sipward is running on it`, { cause: error });
  }
  return { [Symbol.dispose]: () => database.close() };
}
