import type { Command } from 'commander';
import { type Bind, commandGroup } from '../../command.ts';
import { dbMigrateCommand } from './migrate.ts';
import { dbPruneCommand } from './prune.ts';
import { dbStatusCommand } from './status.ts';

export function dbCommands(bind: Bind): Command {
  return commandGroup('db', 'Look after the store.', [
    dbMigrateCommand(bind),
    dbPruneCommand(bind),
    dbStatusCommand(bind),
  ]);
}
