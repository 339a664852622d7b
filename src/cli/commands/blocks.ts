import type { Command } from 'commander';
import type { Health } from '../../daemon/health.ts';
import { allBlocks } from '../all-blocks.ts';
import { blockTable } from '../block-table.ts';
import { type Bind, command } from '../command.ts';
import type { Session } from '../session.ts';

/** A list of blocks must not look like protection where there is none. */
function remark({ style }: Session, daemon: boolean, health: Health): string {
  if (!daemon)
    return style('warn', 'No daemon is running: the kernel keeps what it was told, nothing new is enforced.\n');
  const enforces = health.enforcers.some((layer) => layer.enforces);
  return enforces ? '' : style('warn', 'Dry run: these would be kept out, nobody is.\n');
}

export function blocksCommand(bind: Bind): Command {
  return command('blocks', 'List the blocks in force.', ['sipward blocks', 'sipward blocks --json']).action(
    bind((session) =>
      session.withOperations(async (operations) => {
        const blocks = await allBlocks(operations);
        const { daemon, health } = await operations.status({});
        session.answer('blocks', { blocks, more: false }, () =>
          [
            blocks.length === 0 ? 'No blocks are in force.\n' : blockTable(session, blocks),
            remark(session, daemon, health),
          ].join(''),
        );
        return 0;
      }),
    ),
  );
}
