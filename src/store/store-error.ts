/** What can go wrong with a store, by code: whether the same call may succeed later, and what it means. */
export const STORE_ERRORS = {
  store_newer_schema: { retryable: false, meaning: 'the database was written by a newer sipward' },
  store_cannot_open: { retryable: false, meaning: 'the database cannot be opened: path, permission, user or password' },
  store_corrupt: { retryable: false, meaning: 'the file is damaged or is no database' },
  store_read_only: { retryable: true, meaning: 'the database accepts no writes' },
  store_disk_full: { retryable: true, meaning: 'no space left where the database is' },
  store_io_error: { retryable: true, meaning: 'the disk could not be read or written' },
  store_locked: { retryable: true, meaning: 'another process held the database for too long' },
  store_away: { retryable: true, meaning: 'the database server does not answer, or no longer lets sipward in' },
  store_stopped: {
    retryable: true,
    meaning: 'the thread of the store ended, or its file was taken away; the next call opens it anew',
  },
  store_closed: { retryable: false, meaning: 'the store was closed' },
  store_failed: { retryable: false, meaning: 'the database refused a statement: a defect, please report it' },
} as const;

export type StoreErrorCode = keyof typeof STORE_ERRORS;

/** Every failure of a store is one of these. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  /** Whether the same call may succeed later: the caller keeps what it wanted to write and tries again. */
  readonly retryable: boolean;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.code = code;
    this.retryable = STORE_ERRORS[code].retryable;
  }
}
