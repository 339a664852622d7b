import type { Command } from 'commander';
import type { Health } from '../../daemon/health.ts';
import { NO_LAYER } from '../../daemon/operations-accounts.ts';
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
        const remark = reach(daemon, health);
        if (remark !== '') session.note(remark);
        return 0;
      }),
    ),
  );
}

/** A list of disabled accounts must not look like protection where there is none. */
function reach(daemon: boolean, { enforcement, enforcers }: Health): string {
  if (!daemon) return 'No daemon is running: OpenSIPS keeps what it was told, nothing new is enforced.';
  if (enforcement === 'dry-run') return 'Dry run: these would be disabled, none is.';
  return enforcers.some(({ accounts, enforces }) => accounts && enforces) ? '' : NO_LAYER;
}
