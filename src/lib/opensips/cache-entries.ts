import { z } from 'zod';
import type { MiClient } from './mi-client.ts';

const listed = z.object({ keys: z.array(z.object({ name: z.string(), value: z.string() })) });

/** Every key of a block ends with one of these, addresses about evenly with each of the first 16. */
const LAST_CHARACTERS = [...'0123456789abcdef', ':'];

/**
 * All entries of a collection of `cachedb_local`. OpenSIPS puts an answer together by walking to its end for each entry:
 * 100,000 in one answer keep its MI busy for minutes, in parts by the last character for about a second.
 */
export async function listCache(
  mi: MiClient,
  collection: string,
): Promise<readonly { readonly name: string; readonly value: string }[]> {
  const entries: { readonly name: string; readonly value: string }[] = [];
  for (const last of LAST_CHARACTERS) {
    const { keys } = listed.parse(await mi.call('cache-list', { glob: `*${last}`, collection }));
    for (const entry of keys) entries.push(entry);
  }
  return entries;
}
