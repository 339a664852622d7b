import type { Command } from 'commander';
import type { Health } from '../../daemon/health.ts';
import { allBlocks } from '../all-blocks.ts';
import { blockTable } from '../block-table.ts';
import { type Bind, command } from '../command.ts';
import type { Session } from '../session.ts';

/** A list of blocks must not look like protection where there is none. */
function remark(session: Session, daemon: boolean, health: Health): void {
  if (!daemon) session.note('No daemon is running: the kernel keeps what it was told, nothing new is enforced.');
  else if (!health.enforcers.some((layer) => layer.enforces))
    session.note('Dry run: these would be kept out, nobody is.');
}

export function blocksCommand(bind: Bind): Command {
  return command('blocks', 'List the blocks in force.', ['sipward blocks', 'sipward blocks --json']).action(
    bind((session) =>
      session.withOperations(async (operations) => {
        const blocks = await allBlocks(operations);
        const { daemon, health } = await operations.status({});
        session.answer('blocks', { blocks, more: false }, () =>
          blocks.length === 0 ? 'No blocks are in force.\n' : blockTable(session, blocks),
        );
        remark(session, daemon, health);
        return 0;
      }),
    ),
  );
}
