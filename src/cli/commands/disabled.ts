import type { Command } from 'commander';
import { disabledTable } from '../account-table.ts';
import { allDisabled } from '../all-disabled.ts';
import { type Bind, command } from '../command.ts';

export function disabledCommand(bind: Bind): Command {
  return command('disabled', 'List the accounts that are disabled.', [
    'sipward disabled',
    'sipward disabled --json',
  ]).action(
    bind((session) =>
      session.withOperations(async (operations) => {
        const accounts = await allDisabled(operations);
        const { daemon, health } = await operations.status({});
        session.answer('disabled', { accounts, more: false }, () =>
          accounts.length === 0 ? 'No account is disabled.\n' : disabledTable(session, accounts),
        );
        if (!daemon) session.note('No daemon is running: OpenSIPS keeps what it was told, nothing new is enforced.');
        else if (health.enforcement === 'dry-run') session.note('Dry run: these would be disabled, none is.');
        return 0;
      }),
    ),
  );
}
