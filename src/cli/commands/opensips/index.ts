import type { Command } from 'commander';
import { type Bind, commandGroup } from '../../command.ts';
import { opensipsCheckCommand } from './check.ts';
import { opensipsRenderCommand } from './render.ts';
import { opensipsRotateCommand } from './rotate.ts';
import { opensipsStatusCommand } from './status.ts';

export function opensipsCommands(bind: Bind): Command {
  return commandGroup('opensips', 'Configure OpenSIPS, and look into it.', [
    opensipsRenderCommand(bind),
    opensipsCheckCommand(bind),
    opensipsStatusCommand(bind),
    opensipsRotateCommand(bind),
  ]);
}
