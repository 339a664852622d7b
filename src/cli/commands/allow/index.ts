import type { Command } from 'commander';
import { type Bind, commandGroup } from '../../command.ts';
import { allowAddCommand } from './add.ts';
import { allowExportCommand } from './export.ts';
import { allowImportCommand } from './import.ts';
import { allowListCommand } from './list.ts';
import { allowRemoveCommand } from './remove.ts';

export function allowCommands(bind: Bind): Command {
  return commandGroup('allow', 'Manage who is never blocked.', [
    allowAddCommand(bind),
    allowRemoveCommand(bind),
    allowListCommand(bind),
    allowImportCommand(bind),
    allowExportCommand(bind),
  ]);
}
