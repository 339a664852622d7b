import { type Command, Option } from 'commander';
import type { OperationInput } from '../../../daemon/operations.ts';
import { EVENT_TYPES, SEVERITIES } from '../../../pipeline/finding.ts';
import { type Bind, command } from '../../command.ts';
import { eventTable } from '../../event-table.ts';
import { number } from '../../option-values.ts';

type Options = Pick<OperationInput<'events'>, 'type' | 'severity' | 'since' | 'source' | 'limit'> & {
  readonly open: boolean;
};

export function eventsListCommand(bind: Bind): Command {
  return command('list', 'List security events, newest first.', [
    'sipward events --since 24h --severity error',
    'sipward events --source 203.0.113.0/24 --json',
  ])
    .addOption(new Option('--type <type>', `only this type: ${EVENT_TYPES.join(', ')}`))
    .addOption(new Option('--severity <severity>', `only this severity: ${SEVERITIES.join(', ')}`))
    .option('--since <when>', 'only since: 24h, 2026-01-31, 2026-01-31T08:00:00Z')
    .option('--source <address>', 'only about this address, or addresses of this network')
    .option('--open', 'only those not yet resolved', false)
    .addOption(new Option('--limit <n>', 'at most so many').argParser(number).default(100))
    .action(
      bind((session, _args: [], { open, ...filter }: Options) =>
        session.withOperations(async (operations) => {
          const result = await operations.events({ ...filter, ...(open ? { resolved: false } : {}) });
          session.answer('events', result, () =>
            result.events.length === 0 ? 'No such events.\n' : eventTable(session, result.events),
          );
          return 0;
        }),
      ),
    );
}
