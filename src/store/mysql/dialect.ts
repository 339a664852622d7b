import type { SqlDialect } from '../engine.ts';
import { isoTime } from '../stored-value.ts';

/** MySQL and MariaDB: times are DATETIME(3) in UTC. The session's time zone is UTC as well, see `session.ts`. */
export const MYSQL: SqlDialect = {
  name: 'mysql',
  types: {
    id: 'BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY',
    text: (characters) => `VARCHAR(${characters})`,
    longText: 'MEDIUMTEXT',
    time: 'DATETIME(3)',
    key: 'BINARY(16)',
    // Text from SIP is of any characters, and user names that differ in case are different (RFC 3261 section 19.1.4).
    table: ' ENGINE = InnoDB ROW_FORMAT = DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
    clusteredTable: ' ENGINE = InnoDB ROW_FORMAT = DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
  },
  time: (ms) => isoTime(ms).slice(0, 23).replace('T', ' '),
  ms: (text) => Date.parse(`${text.replace(' ', 'T')}Z`),
  hourOf: (column) => `DATE_FORMAT(${column}, '%Y-%m-%d %H:00:00')`,
  dropIndex: (table, name) => `DROP INDEX ${name} ON ${table}`,
  unixNow: 'UNIX_TIMESTAMP()',
  localToUtc: (column) => `CONVERT_TZ(${column}, 'SYSTEM', '+00:00')`,
  binaryText: (column) => `CONVERT(${column} USING utf8mb4) COLLATE utf8mb4_bin`,
  onConflict: (_keys, set) => ` ON DUPLICATE KEY UPDATE ${set}`,
  // The newer form (a row alias) is unknown to MariaDB.
  incoming: (column) => `VALUES(${column})`,
  least: (a, b) => `LEAST(${a}, ${b})`,
  greatest: (a, b) => `GREATEST(${a}, ${b})`,
  deleteOldest: (table, _keys, time, rows) => `DELETE FROM ${table} WHERE ${time} < ? ORDER BY ${time} LIMIT ${rows}`,
  locksRows: true,
  rowsPerInsert: 500,
  // Doubled by escaping and up to four bytes each, this stays below any server's max_allowed_packet in use (4 MB).
  charactersPerInsert: 400_000,
};
