import type { SqlDialect } from '../engine.ts';
import { isoTime } from '../stored-value.ts';

/** SQLite: times are ISO 8601 text (`2025-11-23T02:35:01.123Z`), which sorts as it should. */
export const SQLITE: SqlDialect = {
  name: 'sqlite',
  types: {
    // AUTOINCREMENT: an id is never given twice, so that paging by the last id seen misses nothing.
    id: 'INTEGER PRIMARY KEY AUTOINCREMENT',
    text: (characters) => `VARCHAR(${characters})`,
    longText: 'TEXT',
    time: 'TEXT',
    key: 'BLOB',
    table: '',
    clusteredTable: ' WITHOUT ROWID',
  },
  time: isoTime,
  ms: (text) => Date.parse(text),
  hourOf: (column) => `substr(${column}, 1, 13) || ':00:00.000Z'`,
  dropIndex: (_table, name) => `DROP INDEX ${name}`,
  unixNow: 'unixepoch()',
  localToUtc: (column) =>
    `CASE typeof(${column}) WHEN 'integer' THEN strftime('%Y-%m-%dT%H:%M:%fZ', ${column}, 'unixepoch') ` +
    `ELSE strftime('%Y-%m-%dT%H:%M:%fZ', ${column}, 'utc') END`,
  binaryText: (column) => column,
  onConflict: (keys, set) => ` ON CONFLICT (${keys.join(', ')}) DO UPDATE SET ${set}`,
  incoming: (column) => `excluded.${column}`,
  least: (a, b) => `min(${a}, ${b})`,
  greatest: (a, b) => `max(${a}, ${b})`,
  // DELETE with LIMIT is an option that SQLite is not built with here.
  deleteOldest: (table, keys, time, rows) =>
    `DELETE FROM ${table} WHERE (${keys.join(', ')}) IN ` +
    `(SELECT ${keys.join(', ')} FROM ${table} WHERE ${time} < ? ORDER BY ${time} LIMIT ${rows})`,
  locksRows: false,
  rowsPerInsert: 20,
  charactersPerInsert: Number.POSITIVE_INFINITY,
};
