import type { Command } from 'commander';
import { type Bind, command } from '../command.ts';
import { report } from '../outcome.ts';
import { printable } from '../printable.ts';
import { localTime } from '../times.ts';

interface Options {
  readonly for: string;
  readonly reason: string;
}

export function disableCommand(bind: Bind): Command {
  return command('disable', 'Keep an account from calling.', [
    'sipward disable 1001@example.com',
    'sipward disable 1001@example.com --for forever --reason "password stolen"',
  ])
    .description(
      'Keep an account from calling, and end the calls that it has, in OpenSIPS. It stays registered, can be called, and ' +
        'can call emergency numbers. Accounts of policy.accounts.allowlist are never disabled. A longer time extends one ' +
        'in force; a shorter one changes nothing.',
    )
    .argument('<account>', 'user@domain')
    .option('--for <time>', 'how long: 30m, 1h, 7d, or forever', '1d')
    .option('--reason <text>', 'why, for the record', 'disabled by hand')
    .action(
      bind((session, [account]: [string], options: Options) =>
        session.withOperations(async (operations) => {
          const result = await operations.disable({ account, by: session.io.user, ...options });
          session.answer('disable', result, () => {
            const until = result.expiresAt === null ? 'until it is enabled' : `until ${localTime(result.expiresAt)}`;
            const verb = result.changed ? 'Disabled' : 'Already disabled:';
            return `${verb} ${session.style('strong', printable(result.aor))} ${until}.\n`;
          });
          return report(session, result);
        }),
      ),
    );
}
