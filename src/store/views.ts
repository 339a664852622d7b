/** Views for people and other programs; sipward itself reads the tables. They count what retention has kept. */
import { CompiledQuery } from 'kysely';
import type { Engine, SqlDialect } from './engine.ts';

/** Made anew at each start: the registration status depends on whether OpenSIPS' `location` table is there. */
export async function createViews(engine: Engine): Promise<void> {
  const withLocation = await engine.tableExists('location');
  const views = { ...plainViews(engine.dialect), user_registration_status: statusView(engine.dialect, withLocation) };
  if (await upToDate(engine, views)) return;
  await engine.lockSchema(async () => {
    for (const [name, query] of Object.entries(views)) {
      await engine.db.executeQuery(CompiledQuery.raw(`DROP VIEW IF EXISTS ${name}`));
      await engine.db.executeQuery(CompiledQuery.raw(`CREATE VIEW ${name} AS ${query}`));
    }
    const rows = Object.entries(views).map(([name, definition]) => ({ name, definition }));
    await engine.db.deleteFrom('schema_views').execute();
    await engine.db.insertInto('schema_views').values(rows).execute();
  });
}

async function upToDate(engine: Engine, views: Readonly<Record<string, string>>): Promise<boolean> {
  const rows = await engine.db.selectFrom('schema_views').selectAll().execute();
  return rows.length === Object.keys(views).length && rows.every((row) => views[row.name] === row.definition);
}

function plainViews(dialect: SqlDialect): Readonly<Record<string, string>> {
  return {
    security_stats_hourly: `
      SELECT ${dialect.hourOf('event_time')} AS hour, event_type, severity, COUNT(*) AS events,
        COUNT(DISTINCT NULLIF(source_ip, '')) AS sources, SUM(resolved) AS resolved
      FROM security_events
      GROUP BY ${dialect.hourOf('event_time')}, event_type, severity`,

    top_attacking_ips: `
      SELECT source_ip, SUM(failures) AS failed_registrations, SUM(knocks) AS door_knocks,
        SUM(failures + knocks) AS total, MIN(attempt_time) AS first_seen, MAX(attempt_time) AS last_seen
      FROM (
        SELECT source_ip, count AS failures, 0 AS knocks, attempt_time FROM failed_registrations
        UNION ALL
        SELECT source_ip, 0, count, attempt_time FROM door_knock_attempts) seen
      GROUP BY source_ip
      ORDER BY total DESC, source_ip`,

    registration_failure_stats: `
      SELECT username, domain, SUM(count) AS failures, COUNT(DISTINCT source_ip) AS sources,
        COUNT(DISTINCT user_agent) AS user_agents, MIN(attempt_time) AS first_attempt,
        MAX(attempt_time) AS last_attempt
      FROM failed_registrations
      GROUP BY username, domain
      ORDER BY failures DESC, username, domain`,
  };
}

/**
 * Registered now (since when, by OpenSIPS' usrloc), else failed (since the first failure kept), else unknown.
 * Without a `location` table nobody is known to be registered. Where usrloc runs with `use_domain` 0 its domain is
 * empty: then a user's failures count for the user name alone.
 */
function statusView(dialect: SqlDialect, withLocation: boolean): string {
  const username = dialect.binaryText('l.username');
  const domain = `COALESCE(${dialect.binaryText('l.domain')}, '')`;
  const registered = `l.expires = 0 OR l.expires > ${dialect.unixNow}`;
  const location = `
        SELECT ${username} AS username, ${domain} AS domain,
          CASE WHEN ${registered} THEN ${dialect.localToUtc('l.last_modified')} END AS registered_at,
          CASE WHEN ${registered} THEN 1 ELSE 0 END AS contact, 0 AS failure, NULL AS failed_at
        FROM location l
        UNION ALL`;
  const failureDomain = withLocation
    ? `CASE WHEN EXISTS (SELECT 1 FROM location l WHERE ${username} = f.username AND ${domain} = '')
          THEN '' ELSE f.domain END`
    : 'f.domain';
  return `
      SELECT username, domain,
        CASE WHEN SUM(contact) > 0 THEN 'registered' WHEN SUM(failure) > 0 THEN 'failed' ELSE 'unknown' END AS status,
        CASE WHEN SUM(contact) > 0 THEN MIN(registered_at) ELSE MIN(failed_at) END AS since,
        SUM(contact) AS contacts, SUM(failure) AS failures, MAX(failed_at) AS last_failure
      FROM (${withLocation ? location : ''}
        SELECT f.username AS username, ${failureDomain} AS domain, NULL AS registered_at, 0 AS contact,
          f.count AS failure, f.attempt_time AS failed_at
        FROM failed_registrations f) seen
      GROUP BY username, domain`;
}
