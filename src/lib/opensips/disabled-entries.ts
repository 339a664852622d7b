import { z } from 'zod';
import type { MiClient } from './mi-client.ts';

/** The collection of `cachedb_local` that holds disabled accounts. */
export const DISABLED_COLLECTION = 'sipward_disabled';

/** An entry of it: which account, and until when (ms since the epoch; undefined: until removed). */
export interface DisabledEntry {
  readonly aor: string;
  readonly expiresAt: number | undefined;
}

const listed = z.object({ keys: z.array(z.object({ name: z.string(), value: z.string() })) });

/** Its value: the end (0 for none) and the account, percent-encoded: plain letters, whatever the account's name. */
export function formatDisabled({ aor, expiresAt }: DisabledEntry): string {
  return `${expiresAt ?? 0} ${encodeURIComponent(aor)}`;
}

/** The entry of a value, undefined if it is none of ours. */
export function parseDisabled(value: string): DisabledEntry | undefined {
  const [, end, encoded = ''] = /^(\d{1,16}) (\S+)$/.exec(value) ?? [];
  if (end === undefined) return undefined;
  try {
    return { aor: decodeURIComponent(encoded), expiresAt: end === '0' ? undefined : Number(end) };
  } catch {
    // Not our encoding: somebody else's entry.
    return undefined;
  }
}

/** All entries by key, those that are over as well. One question: disabled accounts are few. */
export async function listDisabled(mi: MiClient): Promise<ReadonlyMap<string, DisabledEntry>> {
  const answer = await mi.call('cache-list', { glob: '*', collection: DISABLED_COLLECTION });
  return new Map(
    listed.parse(answer).keys.flatMap(({ name, value }) => {
      const entry = parseDisabled(value);
      return entry === undefined ? [] : [[name, entry] as const];
    }),
  );
}
