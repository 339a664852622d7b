import type { Command } from 'commander';
import { type Bind, command } from '../../command.ts';

export function dbPruneCommand(bind: Bind): Command {
  return command('prune', 'Delete what is older than its retention.', ['sipward db prune'])
    .description(
      'Delete what is older than its retention (see `retention` in the configuration). The daemon does this when it starts, and every hour.',
    )
    .action(
      bind((session) =>
        session.withOperations(async (operations) => {
          const result = await operations.dbPrune({});
          session.answer('dbPrune', result, () =>
            session.table(
              [{ title: 'TABLE' }, { title: 'DELETED', align: 'right' }],
              Object.entries(result.deleted).map(([name, count]) => [name, String(count)]),
            ),
          );
          return 0;
        }),
      ),
    );
}
