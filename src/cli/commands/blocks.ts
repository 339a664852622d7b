import type { Command } from 'commander';
import type { Health } from '../../daemon/health.ts';
import { allBlocks } from '../all-blocks.ts';
import { blockTable } from '../block-table.ts';
import { type Bind, command } from '../command.ts';

export function blocksCommand(bind: Bind): Command {
  return command('blocks', 'List the blocks in force.', ['sipward blocks', 'sipward blocks --json']).action(
    bind((session) =>
      session.withOperations(async (operations) => {
        const blocks = await allBlocks(operations);
        const { daemon, health } = await operations.status({});
        session.answer('blocks', { blocks, more: false }, () =>
          blocks.length === 0 ? 'No blocks are in force.\n' : blockTable(session, blocks),
        );
        const remark = reach(daemon, health);
        if (remark !== '') session.note(remark);
        return 0;
      }),
    ),
  );
}

/** A list of blocks must not look like protection where there is none. */
function reach(daemon: boolean, health: Health): string {
  if (!daemon) return 'No daemon is running: the kernel keeps what it was told, nothing new is enforced.';
  return health.enforcers.some(({ enforces }) => enforces) ? '' : 'Dry run: these would be kept out, nobody is.';
}
