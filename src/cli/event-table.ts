import { countText } from '../lib/count-text.ts';
import type { Severity } from '../pipeline/finding.ts';
import type { FoldedEvents, StoredCampaign, StoredEvent } from '../store/store.ts';
import type { Session } from './session.ts';
import type { Tone } from './style.ts';
import type { Cell, Column } from './table.ts';
import { localTime } from './times.ts';

const TONES: Readonly<Record<Severity, Tone>> = { info: 'dim', warning: 'warn', error: 'bad', critical: 'bad' };

const COLUMNS: readonly Column[] = [
  { title: 'ID', align: 'right' },
  { title: 'TIME' },
  { title: 'SEVERITY' },
  { title: 'TYPE' },
  { title: 'ABOUT' },
  { title: 'DESCRIPTION', flexible: true },
];

export function eventTable(session: Session, events: readonly StoredEvent[]): string {
  return session.table(COLUMNS, events.map(eventRow));
}

/** With a line for each campaign in place of its events, newest first. */
export function foldedTable(session: Session, { events, campaigns }: FoldedEvents): string {
  const lines = [
    ...events.map((event) => ({ at: event.at, row: eventRow(event) })),
    ...campaigns.map((campaign) => ({ at: campaign.lastAt, row: campaignRow(campaign) })),
  ];
  return session.table(
    COLUMNS,
    lines.sort((a, b) => b.at - a.at).map(({ row }) => row),
  );
}

function eventRow({
  id,
  at,
  severity,
  type,
  ip,
  aor,
  description,
  campaign,
  resolvedAt,
  resolvedBy,
}: StoredEvent): Cell[] {
  return [
    String(id),
    localTime(at),
    { text: severity, tone: TONES[severity] },
    type,
    (ip === '' ? aor : ip) || (campaign ?? ''),
    resolvedAt === null ? description : `${description} [resolved${resolvedBy === null ? '' : ` by ${resolvedBy}`}]`,
  ];
}

function campaignRow({ campaign, severity, events, sources, firstAt, lastAt, description }: StoredCampaign): Cell[] {
  return [
    campaign,
    localTime(lastAt),
    { text: severity, tone: TONES[severity] },
    'campaign',
    countText(sources, 'source'),
    `${countText(events, 'event')} since ${localTime(firstAt)}; told last: ${description}`,
  ];
}
