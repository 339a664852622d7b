import type { Command } from 'commander';
import { allBlocks } from '../all-blocks.ts';
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
