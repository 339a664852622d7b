import type { Command } from 'commander';
import { allowedText } from '../../allow-text.ts';
import { type Bind, command } from '../../command.ts';
import { report } from '../../outcome.ts';

export function allowAddCommand(bind: Bind): Command {
  return command('add', 'Never block an address or network, and lift what blocks it now.', [
    'sipward allow add 198.51.100.0/24 "Head office"',
    'sipward allow add 2001:db8::/48',
  ])
    .argument('<address>', 'IPv4 or IPv6 address, or network in CIDR form')
    .argument('[description]', 'whose it is')
    .option('--force', 'also networks wider than /16 (IPv6: /32)', false)
    .action(
      bind((session, [address, description]: [string, string?], { force }: { readonly force: boolean }) =>
        session.withOperations(async (operations) => {
          const entries = [{ address, description: description ?? '' }];
          const result = await operations.allowAdd({ entries, by: session.io.user, force });
          session.answer('allowAdd', result, () => allowedText(result));
          return report(session, result);
        }),
      ),
    );
}
