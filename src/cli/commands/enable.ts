import type { Command } from 'commander';
import { type Bind, command } from '../command.ts';
import { report } from '../outcome.ts';
import { printable } from '../printable.ts';

interface Options {
  readonly reason: string;
}

export function enableCommand(bind: Bind): Command {
  return command('enable', 'Let a disabled account call again.', [
    'sipward enable 1001@example.com --reason "new password"',
  ])
    .argument('<account>', 'user@domain')
    .option('--reason <text>', 'why, for the record', 'enabled by hand')
    .action(
      bind((session, [account]: [string], { reason }: Options) =>
        session.withOperations(async (operations) => {
          const result = await operations.enable({ account, reason, by: session.io.user });
          session.answer('enable', result, () =>
            result.enabled.length === 0
              ? `${printable(account)} was not disabled.\n`
              : result.enabled.map(({ aor }) => `Enabled ${session.style('strong', printable(aor))}.\n`).join(''),
          );
          return report(session, result);
        }),
      ),
    );
}
