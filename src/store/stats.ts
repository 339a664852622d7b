/** The overview, from the hourly sums alone: as fast with ten million rows stored as with ten. */
import type { Kysely } from 'kysely';
import { HOUR_MS, hourOf } from './counters.ts';
import type { SqlDialect } from './engine.ts';
import type { Schema } from './schema.ts';
import type { Stats } from './store.ts';
import { topAccounts } from './top-accounts.ts';
import { topSources } from './top-sources.ts';

export async function readStats(db: Kysely<Schema>, dialect: SqlDialect, since: number, until: number): Promise<Stats> {
  const from = hourOf(since);
  const rows = await db
    .selectFrom('hourly_counts')
    .selectAll()
    .where('hour', '>=', dialect.time(from))
    .where('hour', '<=', dialect.time(hourOf(until)))
    .orderBy('hour')
    .execute();
  const hours = rows.map((row) => ({
    hour: dialect.ms(row.hour),
    failures: row.failures,
    doorKnocks: row.door_knocks,
    events: row.events,
    blocks: row.blocks,
  }));
  const withFailures = rows.filter((row) => row.failures > 0).map((row) => row.hour);
  const withSignals = rows.filter((row) => row.failures + row.door_knocks > 0).map((row) => row.hour);
  return {
    since: from,
    until,
    failedRegistrations: total(hours.map((hour) => hour.failures)),
    doorKnocks: total(hours.map((hour) => hour.doorKnocks)),
    events: total(hours.map((hour) => hour.events)),
    blocks: total(hours.map((hour) => hour.blocks)),
    activeBlocks: await activeBlocks(db, dialect, until),
    allowlisted: await allowlisted(db),
    topSources: await topSources(db, dialect, withSignals),
    topAccounts: await topAccounts(db, dialect, withFailures),
    hours: everyHour(hours, from, until),
  };
}

/** Longest gapless list of hours: a year. Beyond that only hours in which something was seen are listed. */
const MAX_HOURS = 366 * 24;

function everyHour(seen: Stats['hours'], from: number, until: number): Stats['hours'] {
  if ((until - from) / HOUR_MS > MAX_HOURS) return seen;
  const known = new Map(seen.map((hour) => [hour.hour, hour]));
  const hours = [];
  for (let hour = from; hour <= until; hour += HOUR_MS) {
    hours.push(known.get(hour) ?? { hour, failures: 0, doorKnocks: 0, events: 0, blocks: 0 });
  }
  return hours;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

async function activeBlocks(db: Kysely<Schema>, dialect: SqlDialect, at: number): Promise<number> {
  const time = dialect.time(at);
  const row = await db
    .selectFrom('blocked_ips')
    .select((e) => e.fn.countAll<number>().as('active'))
    .where('unblocked_at', 'is', null)
    .where((e) => e.or([e('expires_at', 'is', null), e('expires_at', '>', time)]))
    .executeTakeFirst();
  return Number(row?.active ?? 0);
}

async function allowlisted(db: Kysely<Schema>): Promise<number> {
  const row = await db
    .selectFrom('whitelisted_ips')
    .select((e) => e.fn.countAll<number>().as('allowed'))
    .executeTakeFirst();
  return Number(row?.allowed ?? 0);
}
