import { MAX_PAGE, type Operations } from '../daemon/operations.ts';
import type { StoredBlock } from '../store/store.ts';

/** The blocks in force, page by page. */
export async function allBlocks(operations: Operations): Promise<readonly StoredBlock[]> {
  const all: StoredBlock[] = [];
  while (true) {
    const { blocks, more } = await operations.blocks({ after: all.at(-1)?.id ?? 0, limit: MAX_PAGE });
    for (const block of blocks) all.push(block);
    if (!more) return all;
  }
}
