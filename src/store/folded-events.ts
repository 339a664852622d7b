/** Events as a person wants to see them: each campaign is one thing, however many events it has. */
import type { Kysely } from 'kysely';
import { campaignsOf, latelyTold } from './campaigns.ts';
import type { SqlDialect } from './engine.ts';
import { DEFAULT_LIMIT, findEvents } from './event-table.ts';
import type { Schema } from './schema.ts';
import type { EventFilter, FoldedEvents } from './store.ts';

/** How often a campaign is told on average, at most: so many tellings are read for each line. */
const TELLINGS = 5;

/** The newest events and campaigns, together at most the filter's limit. */
export async function findFolded(db: Kysely<Schema>, dialect: SqlDialect, filter: EventFilter): Promise<FoldedEvents> {
  const limit = filter.limit ?? DEFAULT_LIMIT;
  const events = await findEvents(db, dialect, { ...filter, campaign: null });
  const campaigns = await campaignsOf(db, dialect, await latelyTold(db, limit * TELLINGS), filter);
  const times = [...events.map(({ at }) => at), ...campaigns.map(({ lastAt }) => lastAt)].sort((a, b) => b - a);
  const oldest = times[limit - 1] ?? Number.NEGATIVE_INFINITY;
  const shown = campaigns.filter(({ lastAt }) => lastAt >= oldest).slice(0, limit);
  return { events: events.filter(({ at }) => at >= oldest).slice(0, limit - shown.length), campaigns: shown };
}
