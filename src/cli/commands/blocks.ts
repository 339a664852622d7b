import type { Command } from 'commander';
import type { Operations } from '../../daemon/operations.ts';
import { MAX_PAGE } from '../../daemon/operations.ts';
import type { StoredBlock } from '../../store/store.ts';
import { blockTable } from '../block-table.ts';
import { type Bind, command } from '../command.ts';

export function blocksCommand(bind: Bind): Command {
  return command('blocks', 'List the blocks in force.', ['sipward blocks', 'sipward blocks --json']).action(
    bind((session) =>
      session.withOperations(async (operations) => {
        const blocks = await allBlocks(operations);
        session.answer('blocks', { blocks, more: false }, () =>
          blocks.length === 0 ? 'No blocks are in force.\n' : blockTable(session, blocks),
        );
        return 0;
      }),
    ),
  );
}

async function allBlocks(operations: Operations): Promise<readonly StoredBlock[]> {
  const all: StoredBlock[] = [];
  while (true) {
    const { blocks, more } = await operations.blocks({ after: all.at(-1)?.id ?? 0, limit: MAX_PAGE });
    for (const block of blocks) all.push(block);
    if (!more) return all;
  }
}
