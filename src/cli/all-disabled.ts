import { MAX_PAGE, type Operations } from '../daemon/operations.ts';
import type { StoredDisabled } from '../store/store.ts';

/** The accounts that are disabled, page by page. */
export async function allDisabled(operations: Operations): Promise<readonly StoredDisabled[]> {
  const all: StoredDisabled[] = [];
  while (true) {
    const { accounts, more } = await operations.disabled({ after: all.at(-1)?.id ?? 0, limit: MAX_PAGE });
    for (const account of accounts) all.push(account);
    if (!more) return all;
  }
}
