import type { DetectorHealth, EnforcerHealth, Health, PartState, SourceHealth } from '../daemon/health.ts';
import { countText } from '../lib/count-text.ts';
import type { Session } from './session.ts';
import type { Tone } from './style.ts';
import type { Cell, Column } from './table.ts';
import { ago } from './times.ts';

export const STATE_TONES: Readonly<Record<PartState, Tone>> = {
  ok: 'good',
  starting: 'warn',
  failing: 'bad',
  stopped: 'warn',
};

/** The parts of a running daemon, each kind in a table after an empty line. */
export function healthTables(session: Session, { sources, detectors, enforcers }: Health): readonly string[] {
  return [
    '\n',
    sourceTable(session, sources),
    '\n',
    detectorTable(session, detectors),
    '\n',
    enforcerTable(session, enforcers),
  ];
}

function sourceTable(session: Session, sources: readonly SourceHealth[]): string {
  const now = session.io.clock();
  return session.table(
    [
      { title: 'SOURCE' },
      { title: 'TYPE' },
      figure('SIGNALS'),
      figure('USUAL PER HOUR'),
      figure('NOT UNDERSTOOD'),
      { title: 'LAST' },
      { title: 'STATE', flexible: true },
    ],
    sources.map((one) => [
      one.name,
      one.type,
      String(one.signals),
      String(one.usualPerHour ?? '–'),
      String(one.unrecognised),
      one.lastSignalAt === null ? 'never' : ago(one.lastSignalAt, now),
      sourceState(one),
    ]),
  );
}

/** A source that works may still have told of troubles. */
function sourceState(source: SourceHealth): Cell {
  if (source.state === 'ok' && source.silence !== null) return { text: `silent: ${source.silence}`, tone: 'warn' };
  if (source.state !== 'ok' || source.lastFault === null) return stateCell(source);
  return { text: `ok, with ${countText(source.faults, 'fault')}; the last: ${source.lastFault}`, tone: 'warn' };
}

function detectorTable(session: Session, detectors: readonly DetectorHealth[]): string {
  return session.table(
    [{ title: 'DETECTOR' }, { title: 'MODE' }, figure('FINDINGS'), figure('TRACKED'), figure('EVICTED')],
    detectors.map((one) => [one.name, one.mode, String(one.findings), String(one.tracked), String(one.evicted)]),
  );
}

function enforcerTable(session: Session, enforcers: readonly EnforcerHealth[]): string {
  return session.table(
    [
      { title: 'ENFORCER' },
      figure('ENTRIES'),
      figure('PACKETS DROPPED'),
      figure('PUT RIGHT'),
      { title: 'STATE', flexible: true },
    ],
    enforcers.map((one) => [
      one.name,
      String(one.entries),
      String(one.dropped ?? '–'),
      String(one.repairs),
      stateCell(one),
    ]),
  );
}

function stateCell({ state, error }: { readonly state: PartState; readonly error: string | null }): Cell {
  return { text: error === null ? state : `${state}: ${error}`, tone: STATE_TONES[state] };
}

function figure(title: string): Column {
  return { title, align: 'right' };
}
