import type { Command } from 'commander';
import { formatAllowFile } from '../../allow-file.ts';
import { type Bind, command } from '../../command.ts';

export function allowExportCommand(bind: Bind): Command {
  return command('export', 'Print the allowlist as a file that `allow import` reads.', [
    'sipward allow export > allowlist.txt',
  ]).action(
    bind((session) =>
      session.withOperations(async (operations) => {
        const result = await operations.allowList({});
        session.answer('allowList', result, () => formatAllowFile(result.entries));
        return 0;
      }),
    ),
  );
}
