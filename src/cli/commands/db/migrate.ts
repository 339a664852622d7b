import type { Command } from 'commander';
import { type Bind, command } from '../../command.ts';

/** Opening the store brings its schema up to date; this command only does that and says so. */
export function dbMigrateCommand(bind: Bind): Command {
  return command('migrate', 'Bring the schema of the store up to date.', ['sipward db migrate'])
    .description(
      'Bring the schema of the store up to date. The daemon does this at its start; by hand it is needed only where the daemon may not change tables.',
    )
    .action(
      bind((session) =>
        session.withOperations(async (operations) => {
          const result = await operations.dbStatus({});
          session.answer(
            'dbStatus',
            result,
            () => `${result.engine} at ${result.location}: schema ${result.schemaVersion} is up to date.\n`,
          );
          return 0;
        }),
      ),
    );
}
