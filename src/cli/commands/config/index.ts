import type { Command } from 'commander';
import { type Bind, commandGroup } from '../../command.ts';
import { configExampleCommand } from './example.ts';
import { configSchemaCommand } from './schema.ts';

export function configCommands(bind: Bind): Command {
  return commandGroup('config', 'Help with writing the configuration.', [
    configExampleCommand(bind),
    configSchemaCommand(bind),
  ]);
}
