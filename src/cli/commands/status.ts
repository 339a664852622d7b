import type { Command } from 'commander';
import type { PartState } from '../../daemon/health.ts';
import type { OperationResult } from '../../daemon/operations.ts';
import { type Bind, command } from '../command.ts';
import type { Session } from '../session.ts';
import type { Tone } from '../style.ts';
import type { Cell } from '../table.ts';
import { ago } from '../times.ts';

type Status = OperationResult<'status'>;

const TONES: Readonly<Record<PartState, Tone>> = { ok: 'good', starting: 'warn', failing: 'bad', stopped: 'warn' };

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
  return [figures, ...problems, ...(status.daemon ? parts(session, status) : [])].join('');
}

function startedText(session: Session, { health }: Status): Cell {
  const since = health.startedAt === null ? '' : `, started ${ago(health.startedAt, session.io.clock())}`;
  return { text: `${health.state}${since}`, tone: TONES[health.state] };
}

function daemonFigures(health: Status['health']): readonly Cell[][] {
  return [
    ['signals', String(health.signals)],
    ['findings', String(health.findings)],
    ['blocks in force', String(health.activeBlocks)],
    ['not yet stored', String(health.uncommitted)],
  ];
}

function parts(session: Session, { health }: Status): readonly string[] {
  const now = session.io.clock();
  const numeric = { align: 'right' } as const;
  const state = (one: { readonly state: PartState; readonly error: string | null }): Cell => ({
    text: one.error === null ? one.state : `${one.state}: ${one.error}`,
    tone: TONES[one.state],
  });
  const sources = session.table(
    [
      { title: 'SOURCE' },
      { title: 'TYPE' },
      { title: 'SIGNALS', ...numeric },
      { title: 'NOT UNDERSTOOD', ...numeric },
      { title: 'LAST' },
      { title: 'STATE', flexible: true },
    ],
    health.sources.map((one) => [
      one.name,
      one.type,
      String(one.signals),
      String(one.unrecognised),
      one.lastSignalAt === null ? 'never' : ago(one.lastSignalAt, now),
      state(one),
    ]),
  );
  const detectors = session.table(
    [
      { title: 'DETECTOR' },
      { title: 'MODE' },
      { title: 'FINDINGS', ...numeric },
      { title: 'TRACKED', ...numeric },
      { title: 'EVICTED', ...numeric },
    ],
    health.detectors.map((one) => [one.name, one.mode, String(one.findings), String(one.tracked), String(one.evicted)]),
  );
  const enforcers = session.table(
    [
      { title: 'ENFORCER' },
      { title: 'ENTRIES', ...numeric },
      { title: 'PUT RIGHT', ...numeric },
      { title: 'STATE', flexible: true },
    ],
    health.enforcers.map((one) => [one.name, String(one.entries), String(one.repairs), state(one)]),
  );
  return ['\n', sources, '\n', detectors, '\n', enforcers];
}
