import type { Command } from 'commander';
import type { OperationResult } from '../../daemon/operations.ts';
import { type Bind, command } from '../command.ts';
import { healthTables, STATE_TONES } from '../health-tables.ts';
import { printable } from '../printable.ts';
import type { Session } from '../session.ts';
import type { Cell } from '../table.ts';
import { ago } from '../times.ts';

type Status = OperationResult<'status'>;

export function statusCommand(bind: Bind): Command {
  return command('status', 'Show how sipward is: its sources, enforcers and store.', ['sipward status']).action(
    bind((session) =>
      session.withOperations(async (operations) => {
        const result = await operations.status({});
        session.answer('status', result, () => statusText(session, result));
        return 0;
      }),
    ),
  );
}

function statusText(session: Session, status: Status): string {
  const { health, store } = status;
  const figures = session.table(
    [{ title: `SIPWARD ${status.version}` }, { title: '' }],
    [
      ['daemon', status.daemon ? startedText(session, status) : { text: 'not running', tone: 'warn' }],
      ['enforcement', health.enforcement],
      ['store', `${store.engine} at ${store.location}, schema ${store.schemaVersion}`],
      ...(status.daemon ? daemonFigures(health) : []),
    ],
  );
  const problems = health.problems.map((problem) => `${session.style('bad', '!')} ${problem}\n`);
  const warnings = health.warnings.map((warning) => `${session.style('warn', '!')} ${printable(warning)}\n`);
  return [figures, ...problems, ...warnings, ...(status.daemon ? healthTables(session, health) : [])].join('');
}

function startedText(session: Session, { health }: Status): Cell {
  const since = health.startedAt === null ? '' : `, started ${ago(health.startedAt, session.io.clock())}`;
  return { text: `${health.state}${since}`, tone: STATE_TONES[health.state] };
}

function daemonFigures(health: Status['health']): readonly Cell[][] {
  return [
    ['signals', String(health.signals)],
    ['findings', String(health.findings)],
    ['blocks in force', String(health.activeBlocks)],
    ['disabled accounts', String(health.disabledAccounts)],
    ['not yet stored', String(health.uncommitted)],
  ];
}
