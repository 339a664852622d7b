import type { Command } from 'commander';
import { type Bind, commandGroup } from '../../command.ts';
import { eventsListCommand } from './list.ts';
import { eventsResolveCommand } from './resolve.ts';

/** `sipward events` alone lists. */
export function eventsCommands(bind: Bind): Command {
  return commandGroup('events', 'List security events, or mark one as resolved.', [])
    .addCommand(eventsListCommand(bind), { isDefault: true })
    .addCommand(eventsResolveCommand(bind))
    .addHelpText('after', '\n`sipward events` alone lists; its options: sipward events list --help');
}
