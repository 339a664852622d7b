import type { Command } from 'commander';
import { type Bind, command } from '../../command.ts';
import { report } from '../../outcome.ts';

export function allowRemoveCommand(bind: Bind): Command {
  return command('remove', 'Take an entry off the allowlist.', ['sipward allow remove 198.51.100.0/24'])
    .argument('<address>', 'the entry, exactly as it was added')
    .action(
      bind((session, [address]: [string]) =>
        session.withOperations(async (operations) => {
          const result = await operations.allowRemove({ address, by: session.io.user });
          session.answer('allowRemove', result, () => `Removed ${result.removed} from the allowlist.\n`);
          return report(session, result);
        }),
      ),
    );
}
