import { mkdir, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { formatTable, type TextTable } from './db-text.ts';

/**
 * Puts a table in place whole, for OpenSIPS to read again. `db_text` takes a file for unchanged unless the second of its
 * modification time grew, so each writing is dated at least a second after the one before.
 */
export async function writeTable(path: string, table: TextTable, now: number): Promise<void> {
  const previous = await modifiedSeconds(path);
  const temporary = `${path}.new`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(temporary, formatTable(table));
  const seconds = Math.max(Math.floor(now / 1000), previous + 1);
  await utimes(temporary, seconds, seconds);
  await rename(temporary, path);
}

async function modifiedSeconds(path: string): Promise<number> {
  try {
    return Math.floor((await stat(path)).mtimeMs / 1000);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}
