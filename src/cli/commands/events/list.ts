import { type Command, Option } from 'commander';
import type { OperationInput } from '../../../daemon/operations.ts';
import { EVENT_TYPES, SEVERITIES } from '../../../pipeline/finding.ts';
import { type Bind, command } from '../../command.ts';
import { foldedTable } from '../../event-table.ts';
import { number } from '../../option-values.ts';

type Options = Pick<OperationInput<'events'>, 'type' | 'severity' | 'since' | 'source' | 'campaign' | 'limit'> & {
  readonly open: boolean;
  readonly all: boolean;
};

export function eventsListCommand(bind: Bind): Command {
  return command('list', 'List security events, newest first.', [
    'sipward events --since 24h --severity error',
    'sipward events --source 203.0.113.0/24 --json',
    'sipward events --campaign c-7f3k2p',
  ])
    .description(
      'List security events, newest first. A campaign (findings that are one attack) is one line with its totals; its events are shown by --campaign, and where one address is asked about.',
    )
    .addOption(new Option('--type <type>', `only this type: ${EVENT_TYPES.join(', ')}`))
    .addOption(new Option('--severity <severity>', `only this severity: ${SEVERITIES.join(', ')}`))
    .option('--since <when>', 'only since: 24h, 2026-01-31, 2026-01-31T08:00:00Z')
    .option('--source <address>', 'only about this address, or addresses of this network')
    .option('--campaign <id>', 'the events of this campaign')
    .option('--all', 'every event by itself, also those of campaigns (always so with --json)', false)
    .option('--open', 'only those not yet resolved', false)
    .addOption(new Option('--limit <n>', 'at most so many').argParser(number).default(100))
    .action(
      bind((session, _args: [], { open, all, ...filter }: Options) =>
        session.withOperations(async (operations) => {
          const isSingle = filter.campaign !== undefined || filter.source !== undefined;
          const fold = !(all || isSingle || session.json);
          const result = await operations.events({ ...filter, fold, ...(open ? { resolved: false } : {}) });
          const isEmpty = result.events.length + result.campaigns.length === 0;
          session.answer('events', result, () => (isEmpty ? 'No such events.\n' : foldedTable(session, result)));
          if (result.campaigns.length > 0) session.note('The events of a campaign: sipward events --campaign ID');
          return 0;
        }),
      ),
    );
}
