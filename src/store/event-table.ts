import type { ExpressionBuilder, Kysely, Selectable } from 'kysely';
import { keyOf } from './address-key.ts';
import { joinCampaigns } from './campaigns.ts';
import type { Counters } from './counters.ts';
import type { SqlDialect } from './engine.ts';
import { matching } from './event-filter.ts';
import { type InsertShape, insertRows, type SqlValue } from './insert-rows.ts';
import { type Schema, SIZES } from './schema.ts';
import type { CampaignJoin, EventFilter, EventRow, Store, StoredEvent } from './store.ts';
import { fit, fitUnique } from './stored-value.ts';

export const DEFAULT_LIMIT = 100;

/** Identities asked for in one query. */
const LOOKUP = 500;

const SHAPE: InsertShape = {
  table: 'security_events',
  columns: [
    'identity',
    'event_type',
    'severity',
    'source_ip',
    'source_key',
    'aor',
    'description',
    'event_time',
    'details',
    'campaign',
  ],
  tail: '',
};

/** Inserts and counts those whose identity is new; of the others only the campaign may be news. In a transaction. */
export async function insertEvents(
  db: Kysely<Schema>,
  dialect: SqlDialect,
  events: readonly EventRow[],
  counters: Counters,
): Promise<void> {
  const fresh = new Map(events.map((event) => [fitUnique(event.identity, SIZES.name), event]));
  const identities = [...fresh.keys()];
  const joins: CampaignJoin[] = [];
  for (let from = 0; from < identities.length; from += LOOKUP) {
    const part = identities.slice(from, from + LOOKUP);
    const known = await db.selectFrom('security_events').select('identity').where('identity', 'in', part).execute();
    for (const { identity } of known) {
      const { campaign } = fresh.get(identity) ?? {};
      if (campaign) joins.push({ identity, campaign });
      fresh.delete(identity);
    }
  }
  for (const event of fresh.values()) counters.addEvent(event.at);
  const rows = [...fresh].map(([identity, event]) => columnValues(identity, event, dialect));
  await insertRows(db, dialect, SHAPE, rows);
  await joinCampaigns(db, joins);
}

function columnValues(identity: string, event: EventRow, dialect: SqlDialect): SqlValue[] {
  return [
    identity,
    event.type,
    event.severity,
    event.ip,
    keyOf(event.ip) ?? null,
    fit(event.aor, SIZES.aor),
    fit(event.description, SIZES.text),
    dialect.time(event.at),
    JSON.stringify(event.details ?? null),
    event.campaign ?? null,
  ];
}

export async function findEvents(
  db: Kysely<Schema>,
  dialect: SqlDialect,
  filter: EventFilter,
): Promise<readonly StoredEvent[]> {
  const rows = await newestFirst(db, dialect, filter).execute();
  return rows.map((row) => fromRow(row, dialect));
}

/** The query of `findEvents`, for those who ask for less. */
export function newestFirst(db: Kysely<Schema>, dialect: SqlDialect, filter: EventFilter) {
  return db
    .selectFrom('security_events')
    .selectAll()
    .where(matching(dialect, filter))
    .orderBy('event_time', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit ?? DEFAULT_LIMIT);
}

export function fromRow(row: Selectable<Schema['security_events']>, dialect: SqlDialect): StoredEvent {
  return {
    id: row.id,
    identity: row.identity,
    type: row.event_type as StoredEvent['type'],
    severity: row.severity as StoredEvent['severity'],
    ip: row.source_ip,
    aor: row.aor,
    description: row.description,
    at: dialect.ms(row.event_time),
    details: JSON.parse(row.details),
    campaign: row.campaign,
    resolvedAt: row.resolved_at === null ? null : dialect.ms(row.resolved_at),
    resolvedBy: row.resolved_by,
  };
}

export async function markResolved(
  db: Kysely<Schema>,
  dialect: SqlDialect,
  which: Parameters<Store['resolveEvent']>[0],
  at: number,
  by: string,
): Promise<boolean> {
  const isIt = (e: ExpressionBuilder<Schema, 'security_events'>) =>
    'id' in which ? e('id', '=', which.id) : e('identity', '=', fitUnique(which.identity, SIZES.name));
  await db
    .updateTable('security_events')
    .set({ resolved: 1, resolved_at: dialect.time(at), resolved_by: fit(by, SIZES.name) })
    .where(isIt)
    .where('resolved', '=', 0)
    .execute();
  const row = await db.selectFrom('security_events').select('id').where(isIt).executeTakeFirst();
  return row !== undefined;
}
