import type { Command } from 'commander';
import type { OperationResult } from '../../daemon/operations.ts';
import { type Bind, command } from '../command.ts';
import type { Session } from '../session.ts';
import { localTime } from '../times.ts';

export function statsCommand(bind: Bind): Command {
  return command('stats', 'Count what happened: failures, door knocks, events, blocks, top sources and accounts.', [
    'sipward stats --since 7d',
  ])
    .option('--since <span>', 'how far back', '24h')
    .action(
      bind((session, _args: [], { since }: { readonly since: string }) =>
        session.withOperations(async (operations) => {
          const result = await operations.stats({ since });
          session.answer('stats', result, () => statsText(session, result));
          return 0;
        }),
      ),
    );
}

function statsText(session: Session, stats: OperationResult<'stats'>): string {
  const counts = session.table(
    [{ title: `SINCE ${localTime(stats.since)}` }, { title: 'COUNT', align: 'right' }],
    [
      ['failed registrations', String(stats.failedRegistrations)],
      ['door knocks', String(stats.doorKnocks)],
      ['security events', String(stats.events)],
      ['blocks', String(stats.blocks)],
      ['blocks in force now', String(stats.activeBlocks)],
      ['allowlist entries', String(stats.allowlisted)],
    ],
  );
  const numeric = { align: 'right' } as const;
  const sources = session.table(
    [
      { title: 'TOP SOURCES' },
      { title: 'COUNTRY' },
      { title: 'FAILURES', ...numeric },
      { title: 'DOOR KNOCKS', ...numeric },
      { title: 'LAST' },
    ],
    stats.topSources.map(({ ip, country, failures, doorKnocks, lastAt }) => [
      ip,
      country ?? '',
      String(failures),
      String(doorKnocks),
      localTime(lastAt),
    ]),
  );
  const accounts = session.table(
    [{ title: 'TOP ACCOUNTS' }, { title: 'FAILURES', ...numeric }, { title: 'SOURCES', ...numeric }, { title: 'LAST' }],
    stats.topAccounts.map(({ aor, failures, sources, lastAt }) => [
      aor,
      String(failures),
      String(sources),
      localTime(lastAt),
    ]),
  );
  return [
    counts,
    ...(stats.topSources.length > 0 ? [sources] : []),
    ...(stats.topAccounts.length > 0 ? [accounts] : []),
  ].join('\n');
}
