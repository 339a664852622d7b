import { StoreError, type StoreErrorCode } from '../store-error.ts';

/** Server errors (https://mariadb.com/kb/en/mariadb-error-code-reference/) that a caller can do something about. */
const BY_NUMBER: Readonly<Record<number, StoreErrorCode>> = {
  1021: 'store_disk_full', // ER_DISK_FULL
  1040: 'store_away', // ER_CON_COUNT_ERROR: too many connections
  1044: 'store_cannot_open', // ER_DBACCESS_DENIED_ERROR
  1045: 'store_cannot_open', // ER_ACCESS_DENIED_ERROR
  1049: 'store_cannot_open', // ER_BAD_DB_ERROR
  1053: 'store_away', // ER_SERVER_SHUTDOWN
  1114: 'store_disk_full', // ER_RECORD_FILE_FULL
  1129: 'store_away', // ER_HOST_IS_BLOCKED
  1130: 'store_cannot_open', // ER_HOST_NOT_PRIVILEGED
  1142: 'store_cannot_open', // ER_TABLEACCESS_DENIED_ERROR
  1203: 'store_away', // ER_TOO_MANY_USER_CONNECTIONS
  1205: 'store_locked', // ER_LOCK_WAIT_TIMEOUT
  1213: 'store_locked', // ER_LOCK_DEADLOCK
  1290: 'store_read_only', // ER_OPTION_PREVENTS_STATEMENT: --read-only
  1317: 'store_away', // ER_QUERY_INTERRUPTED
  1698: 'store_cannot_open', // ER_ACCESS_DENIED_NO_PASSWORD_ERROR
  1792: 'store_read_only', // ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION
  1836: 'store_read_only', // ER_READ_ONLY_MODE
  1927: 'store_away', // ER_CONNECTION_KILLED
};

/** No space left on device, as the server words it: "Got error 28 …", "(Errcode: 28 …)". */
const NO_SPACE = /\b(?:error|errcode:?|errno:?) 28\b/i;

export function mysqlError(error: unknown, location: string): StoreError {
  if (error instanceof StoreError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new StoreError(codeOf(error, message), `${location}: ${message || nameOf(error)}`, { cause: error });
}

function codeOf(error: unknown, message: string): StoreErrorCode {
  const number = errorNumber(error);
  const known = number === undefined ? undefined : BY_NUMBER[number];
  if (known !== undefined) return known;
  if (NO_SPACE.test(message)) return 'store_disk_full';
  // Whatever else ended the connection, or kept it from being made, is the network or the server.
  const fatal = typeof error === 'object' && error !== null && 'fatal' in error && error.fatal === true;
  const ofSystem = typeof error === 'object' && error !== null && 'syscall' in error;
  return fatal || ofSystem ? 'store_away' : 'store_failed';
}

function nameOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown error';
}

/** The server's number of an error; negative ones are the system's. */
export function errorNumber(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errno' in error)) return undefined;
  return typeof error.errno === 'number' ? error.errno : undefined;
}
