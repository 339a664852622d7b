import { StoreError, type StoreErrorCode } from '../store-error.ts';

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html) that a caller can do something about. */
const CODES: Readonly<Record<number, StoreErrorCode>> = {
  5: 'store_locked', // SQLITE_BUSY
  6: 'store_locked', // SQLITE_LOCKED
  8: 'store_read_only', // SQLITE_READONLY
  10: 'store_io_error', // SQLITE_IOERR
  11: 'store_corrupt', // SQLITE_CORRUPT
  13: 'store_disk_full', // SQLITE_FULL
  14: 'store_cannot_open', // SQLITE_CANTOPEN
  23: 'store_cannot_open', // SQLITE_AUTH
  26: 'store_corrupt', // SQLITE_NOTADB
};

export function sqliteError(error: unknown, path: string): StoreError {
  if (error instanceof StoreError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new StoreError(codeOf(error), `${path}: ${message}`, { cause: error });
}

function codeOf(error: unknown): StoreErrorCode {
  if (typeof error !== 'object' || error === null) return 'store_failed';
  if ('errcode' in error && typeof error.errcode === 'number') return CODES[error.errcode & 0xff] ?? 'store_failed';
  // Else what the system said before SQLite was asked, when the file was made.
  if (!('code' in error && 'syscall' in error)) return 'store_failed';
  return error.code === 'ENOSPC' || error.code === 'EDQUOT' ? 'store_disk_full' : 'store_cannot_open';
}
