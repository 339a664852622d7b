/** Every command, in the order of the help. A new one is added here. */
import type { CommandFactory } from '../command.ts';
import { checkCommand } from './check.ts';
import { versionCommand } from './version.ts';

export const COMMAND_GROUPS: readonly {
  readonly heading: string;
  readonly commands: readonly CommandFactory[];
}[] = [
  { heading: 'Running:', commands: [checkCommand] },
  { heading: 'Looking after it:', commands: [versionCommand] },
];
