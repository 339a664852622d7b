import type { Severity } from '../pipeline/finding.ts';
import type { StoredEvent } from '../store/store.ts';
import type { Session } from './session.ts';
import type { Tone } from './style.ts';
import { localTime } from './times.ts';

const TONES: Readonly<Record<Severity, Tone>> = { info: 'dim', warning: 'warn', error: 'bad', critical: 'bad' };

export function eventTable(session: Session, events: readonly StoredEvent[]): string {
  return session.table(
    [
      { title: 'ID', align: 'right' },
      { title: 'TIME' },
      { title: 'SEVERITY' },
      { title: 'TYPE' },
      { title: 'ABOUT' },
      { title: 'DESCRIPTION', flexible: true },
    ],
    events.map(({ id, at, severity, type, ip, aor, description, resolvedAt }) => [
      String(id),
      localTime(at),
      { text: severity, tone: TONES[severity] },
      type,
      ip === '' ? aor : ip,
      resolvedAt === null ? description : `${description} [resolved]`,
    ]),
  );
}
