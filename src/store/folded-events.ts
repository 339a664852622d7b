/** Events as a person wants to see them: each campaign is one thing, however many events it has. */
import type { Kysely } from 'kysely';
import { campaignsOf } from './campaigns.ts';
import type { SqlDialect } from './engine.ts';
import { DEFAULT_LIMIT, fromRow, newestFirst } from './event-table.ts';
import type { Schema } from './schema.ts';
import type { EventFilter, FoldedEvents, StoredEvent } from './store.ts';

/** The newest events and campaigns, together at most the filter's limit. */
export async function findFolded(db: Kysely<Schema>, dialect: SqlDialect, filter: EventFilter): Promise<FoldedEvents> {
  const limit = filter.limit ?? DEFAULT_LIMIT;
  const events: StoredEvent[] = [];
  const campaigns = new Set<string>();
  let after: { readonly event_time: string; readonly id: number } | undefined;
  while (true) {
    // Without those folded already, so that each page brings something new, however long a campaign is.
    const rows = await pageAfter(db, dialect, { ...filter, limit }, [...campaigns], after).execute();
    for (const row of rows) {
      if (events.length + campaigns.size >= limit) break;
      if (row.campaign === null) events.push(fromRow(row, dialect));
      else campaigns.add(row.campaign);
    }
    after = rows.at(-1);
    if (rows.length < limit || events.length + campaigns.size >= limit) break;
  }
  return { events, campaigns: await campaignsOf(db, dialect, [...campaigns], filter) };
}

function pageAfter(
  db: Kysely<Schema>,
  dialect: SqlDialect,
  filter: EventFilter,
  folded: readonly string[],
  after: { readonly event_time: string; readonly id: number } | undefined,
) {
  let query = newestFirst(db, dialect, filter);
  if (folded.length > 0) {
    query = query.where((e) => e.or([e('campaign', 'is', null), e('campaign', 'not in', folded)]));
  }
  if (after === undefined) return query;
  const { event_time, id } = after;
  return query.where((e) =>
    e.and([e('event_time', '<=', event_time), e.or([e('event_time', '<', event_time), e('id', '<', id)])]),
  );
}
