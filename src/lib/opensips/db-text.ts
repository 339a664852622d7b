/**
 * Tables as OpenSIPS' `db_text` reads them: a line of columns, then a line a row, fields separated by colons. Colons,
 * backslashes and line ends inside a value are escaped with a backslash.
 */
export interface TextTable {
  readonly name: string;
  /** What OpenSIPS demands in the table `version`. */
  readonly version: number;
  /** Each as `name(type)` or `name(type,null)`; types are int, string, double. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

export function formatTable(table: TextTable): string {
  const rows = table.rows.map((row) => {
    if (row.length !== table.columns.length) {
      throw new RangeError(`${table.name}: ${table.columns.length} columns, but a row of ${row.length}`);
    }
    return row.map((value) => escapeField(String(value))).join(':');
  });
  return `${[table.columns.join(' '), ...rows].join('\n')}\n`;
}

/** The table in which db_text looks up the versions of all others in its directory. */
export function versionTable(tables: readonly Pick<TextTable, 'name' | 'version'>[]): TextTable {
  return {
    name: 'version',
    version: 0,
    columns: ['table_name(string)', 'table_version(int)'],
    rows: tables.map(({ name, version }) => [name, version]),
  };
}

function escapeField(value: string): string {
  if (value.includes('\0')) throw new RangeError('a value of a table holds a NUL');
  const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', ':': '\\:', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  return value.replace(/[\\:\n\r\t]/g, (character) => escapes[character] ?? character);
}
