import { type Kysely, sql } from 'kysely';
import type { SqlDialect } from './engine.ts';
import type { Schema } from './schema.ts';
import type { AccountCount } from './store.ts';
import { candidates, type Ranking, TOP } from './top-of-hours.ts';

/** Distinct sources of an account are counted among this many of its newest failures. */
const NEWEST = 500;

interface Account {
  readonly username: string;
  readonly domain: string;
  readonly failures: number;
}

const RANKING: Ranking<Account> = {
  ofHour: 'SELECT username, domain, failures FROM hourly_accounts WHERE hour = ? ORDER BY failures DESC',
  keyOf: (row) => JSON.stringify([row.username, row.domain]),
  countOf: (row) => row.failures,
};

/** The accounts with the most failures in these hours. */
export async function topAccounts(
  db: Kysely<Schema>,
  dialect: SqlDialect,
  hours: readonly string[],
): Promise<readonly AccountCount[]> {
  const best = await candidates(db, hours, RANKING);
  const from = hours[0] ?? '';
  const to = hours.at(-1) ?? '';
  const sums = [];
  for (const account of best) sums.push({ account, ...(await sumOf(db, account, from, to)) });
  sums.sort((a, b) => b.failures - a.failures || b.lastAt.localeCompare(a.lastAt));
  const counts = [];
  for (const { account, failures, lastAt } of sums.slice(0, TOP)) {
    const sources = await sourcesOf(db, account, from);
    counts.push({ aor: aorOf(account), failures, sources, lastAt: dialect.ms(lastAt) });
  }
  return counts;
}

async function sumOf(db: Kysely<Schema>, account: Account, from: string, to: string) {
  const row = await db
    .selectFrom('hourly_accounts')
    .select((e) => [e.fn.sum<number>('failures').as('failures'), e.fn.max('last_at').as('last_at')])
    .where('username', '=', account.username)
    .where('domain', '=', account.domain)
    .where('hour', '>=', from)
    .where('hour', '<=', to)
    .executeTakeFirstOrThrow();
  return { failures: Number(row.failures), lastAt: row.last_at };
}

async function sourcesOf(db: Kysely<Schema>, account: Account, from: string): Promise<number> {
  const row = await db
    .selectFrom(
      db
        .selectFrom('failed_registrations')
        .select('source_ip')
        .where('username', '=', account.username)
        .where('domain', '=', account.domain)
        .where('attempt_time', '>=', from)
        .orderBy('attempt_time', 'desc')
        .limit(NEWEST)
        .as('newest'),
    )
    .select(sql<number>`COUNT(DISTINCT source_ip)`.as('sources'))
    .executeTakeFirstOrThrow();
  return Number(row.sources);
}

function aorOf(account: Account): string {
  return account.domain === '' ? account.username : `${account.username}@${account.domain}`;
}
