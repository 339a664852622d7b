import type { Command } from 'commander';
import type { StoreStatus } from '../../../store/store.ts';
import { type Bind, command } from '../../command.ts';
import type { Session } from '../../session.ts';

export function dbStatusCommand(bind: Bind): Command {
  return command('status', 'Show where the store is, its schema and its size.', ['sipward db status']).action(
    bind((session) =>
      session.withOperations(async (operations) => {
        const result = await operations.dbStatus({});
        session.answer('dbStatus', result, () => storeText(session, result));
        return 0;
      }),
    ),
  );
}

export function storeText(session: Session, status: StoreStatus): string {
  const { engine, location, schemaVersion, latestVersion, bytes, rows } = status;
  const size = bytes === null ? '' : `, ${(bytes / 1024 / 1024).toFixed(1)} MiB`;
  const counts = session.table(
    [{ title: 'TABLE' }, { title: 'ROWS', align: 'right' }],
    Object.entries(rows).map(([name, count]) => [name, String(count)]),
  );
  return `${engine} at ${location}, schema ${schemaVersion} of ${latestVersion}${size}\n\n${counts}`;
}
