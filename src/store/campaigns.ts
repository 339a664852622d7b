/** Campaigns as their events tell them: there is no table of its own that could say otherwise. */
import { type Kysely, sql } from 'kysely';
import type { EventType, Severity } from '../pipeline/finding.ts';
import type { SqlDialect } from './engine.ts';
import { matching } from './event-filter.ts';
import { type Schema, SIZES } from './schema.ts';
import type { CampaignJoin, EventFilter, StoredCampaign } from './store.ts';
import { fitUnique } from './stored-value.ts';

/** The newest tellings looked at for campaigns of late: a campaign is told a few times. */
const TELLINGS = 200;
/** Identities written, and addresses asked for, in one statement. */
const PART = 500;
/** Events of a campaign that do not say that it goes on. */
const AFTERWARDS: readonly EventType[] = ['campaign_detected', 'ip_unblocked'];

/** Marks events as belonging to a campaign; those that belong to one already keep it. In a transaction. */
export async function joinCampaigns(db: Kysely<Schema>, joins: readonly CampaignJoin[]): Promise<void> {
  for (const [campaign, members] of Map.groupBy(joins, (join) => join.campaign)) {
    for (let from = 0; from < members.length; from += PART) {
      const identities = members.slice(from, from + PART).map(({ identity }) => fitUnique(identity, SIZES.name));
      await db
        .updateTable('security_events')
        .set({ campaign })
        .where('identity', 'in', identities)
        .where('campaign', 'is', null)
        .execute();
    }
  }
}

/** The campaigns of the newest tellings, the latest first. */
export async function latelyTold(db: Kysely<Schema>, tellings: number): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('security_events')
    .select('campaign')
    .where('event_type', '=', 'campaign_detected')
    .orderBy('event_time', 'desc')
    .orderBy('id', 'desc')
    .limit(tellings)
    .execute();
  return [...new Set(rows.flatMap(({ campaign }) => campaign ?? []))];
}

/** Campaigns with an event since, the latest first. */
export async function recentCampaigns(
  db: Kysely<Schema>,
  dialect: SqlDialect,
  since: number,
  limit: number,
): Promise<readonly StoredCampaign[]> {
  const all = await campaignsOf(db, dialect, await latelyTold(db, TELLINGS));
  return all.filter(({ lastAt }) => lastAt >= since).slice(0, limit);
}

/**
 * These campaigns, the latest first; unknown ones are left out.
 * @param filter the events of theirs that count
 */
export async function campaignsOf(
  db: Kysely<Schema>,
  dialect: SqlDialect,
  ids: readonly string[],
  filter: EventFilter = {},
): Promise<readonly StoredCampaign[]> {
  if (ids.length === 0) return [];
  const sums = await db
    .selectFrom('security_events')
    .select((e) => [
      'campaign',
      e.fn.countAll<number>().as('events'),
      sql<number>`COUNT(DISTINCT NULLIF(source_ip, ''))`.as('sources'),
      e.fn.min('event_time').as('first_at'),
      e.fn.max('event_time').as('last_at'),
      sql<string | null>`MAX(CASE WHEN event_type NOT IN (${sql.join(AFTERWARDS)}) THEN event_time END)`.as('found_at'),
    ])
    .where('campaign', 'in', ids)
    .where(matching(dialect, filter))
    .groupBy('campaign')
    .execute();
  const told = await tellingsOf(db, ids);
  return sums
    .map((sum): StoredCampaign => {
      const tellings = told.get(sum.campaign ?? '') ?? [];
      // The end is told with severity info, and nothing else is.
      const last = tellings.at(-1);
      const severest = tellings.findLast(({ severity }) => severity !== 'info') ?? last;
      return {
        campaign: sum.campaign ?? '',
        description: last?.description ?? '',
        severity: (severest?.severity ?? 'info') as Severity,
        events: Number(sum.events),
        sources: Number(sum.sources),
        firstAt: dialect.ms(sum.first_at),
        lastAt: dialect.ms(sum.found_at ?? sum.last_at),
        over: last?.severity === 'info',
      };
    })
    .sort((a, b) => b.lastAt - a.lastAt);
}

/** What was told of them, by campaign, the latest last. */
async function tellingsOf(db: Kysely<Schema>, ids: readonly string[]) {
  const rows = await db
    .selectFrom('security_events')
    .select(['campaign', 'severity', 'description', 'event_time', 'id'])
    .where('campaign', 'in', ids)
    // Not by the index of types: a campaign is told a few times, but all that ever were are many.
    .where(sql`COALESCE(event_type, '')`, '=', 'campaign_detected')
    .execute();
  return Map.groupBy(rows.sort(byTime), ({ campaign }) => campaign ?? '');
}

/** The campaign that each of these targets was last blocked for; those of none are left out. */
export async function campaignsOfBlocked(
  db: Kysely<Schema>,
  targets: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const campaigns: Record<string, string> = {};
  for (let from = 0; from < targets.length; from += PART) {
    const rows = await db
      .selectFrom('security_events')
      .select(['source_ip', 'event_type', 'campaign', 'event_time', 'id'])
      .where('source_ip', 'in', targets.slice(from, from + PART))
      .execute();
    // Chosen and sorted here: an address has few events, and asked for by type the database would read all of a type.
    const blocked = rows.filter(({ event_type }) => event_type === 'ip_blocked').sort(byTime);
    for (const { source_ip, campaign } of blocked) {
      if (campaign === null) delete campaigns[source_ip];
      else campaigns[source_ip] = campaign;
    }
  }
  return campaigns;
}

interface Timed {
  readonly event_time: string;
  readonly id: number;
}

/** Times are text that sorts as it should. */
function byTime(a: Timed, b: Timed): number {
  return a.event_time < b.event_time ? -1 : a.event_time > b.event_time ? 1 : a.id - b.id;
}
