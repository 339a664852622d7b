/** All that is stored about one address, network or account. */
import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import { canonicalAor } from '../lib/account.ts';
import { Network } from '../lib/network.ts';
import { enclosing, networkKeys } from './address-key.ts';
import { fromRow as blockFromRow } from './block-table.ts';
import { fromRow as disabledFromRow } from './disabled-table.ts';
import type { SqlDialect } from './engine.ts';
import { fromRow as eventFromRow } from './event-table.ts';
import { newest } from './recent-signals.ts';
import type { Schema } from './schema.ts';
import { failedSelection, fromFailed, fromKnock, knockSelection } from './signal-table.ts';
import type { Dossier } from './store.ts';

type SignalTable = 'failed_registrations' | 'door_knock_attempts';

const EMPTY: Dossier = {
  blocks: [],
  disabled: [],
  events: [],
  signals: [],
  failures: 0,
  doorKnocks: 0,
  firstAt: null,
  lastAt: null,
};

export async function dossierOfAddress(
  db: Kysely<Schema>,
  dialect: SqlDialect,
  ip: string,
  limit: number,
): Promise<Dossier> {
  const network = Network.parse(ip);
  if (network === undefined) return EMPTY;
  const [first, last] = networkKeys(network);
  // What concerns an address is said of it, of networks that hold it, and of addresses in it if it is a network.
  const around = enclosing(network);
  const blocks = await db
    .selectFrom('blocked_ips')
    .selectAll()
    .where((e) => e.or([e('ip_address', 'in', around), e.and([e('ip_key', '>=', first), e('ip_key', '<=', last)])]))
    .orderBy('blocked_at', 'desc')
    .limit(limit)
    .execute();
  const events = await db
    .selectFrom('security_events')
    .selectAll()
    .where((e) =>
      e.or([e('source_ip', 'in', around), e.and([e('source_key', '>=', first), e('source_key', '<=', last)])]),
    )
    .orderBy('event_time', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return {
    blocks: blocks.map((row) => blockFromRow(row, dialect)),
    disabled: [],
    events: events.map((row) => eventFromRow(row, dialect)),
    signals: await signalsOf(db, dialect, network, limit),
    ...(await countsOf(db, dialect, network)),
  };
}

async function signalsOf(db: Kysely<Schema>, dialect: SqlDialect, network: Network, limit: number) {
  const failed = await within(db.selectFrom('failed_registrations'), network)
    .select(failedSelection())
    .orderBy('attempt_time', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  const knocks = await within(db.selectFrom('door_knock_attempts'), network)
    .select(knockSelection())
    .orderBy('attempt_time', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return newest(
    failed.map((row) => fromFailed(row, dialect)),
    knocks.map((row) => fromKnock(row, dialect)),
    limit,
  );
}

function within<T extends SignalTable>(query: SelectQueryBuilder<Schema, T, object>, network: Network) {
  const [first, last] = networkKeys(network);
  const condition = network.isSingle
    ? sql<boolean>`source_ip = ${network.text}`
    : sql<boolean>`source_key BETWEEN ${first} AND ${last}`;
  return query.where(condition);
}

/** The hourly sums are per address for IPv4 and per /64 for IPv6; what is finer than that is counted one by one. */
async function countsOf(db: Kysely<Schema>, dialect: SqlDialect, network: Network) {
  if (network.family === 6 && network.length > 64) {
    const failed = await sumOf(db, 'failed_registrations', network);
    const knocks = await sumOf(db, 'door_knock_attempts', network);
    return {
      failures: Number(failed?.total ?? 0),
      doorKnocks: Number(knocks?.total ?? 0),
      ...span(dialect, [failed, knocks]),
    };
  }
  const [first, last] = networkKeys(network);
  const sums = await db
    .selectFrom('hourly_sources')
    .select((e) => [
      e.fn.sum<number>('failures').as('failures'),
      e.fn.sum<number>('door_knocks').as('door_knocks'),
      e.fn.min('first_at').as('first_at'),
      e.fn.max('last_at').as('last_at'),
    ])
    .where('source_key', '>=', first)
    .where('source_key', '<=', last)
    .executeTakeFirst();
  return {
    failures: Number(sums?.failures ?? 0),
    doorKnocks: Number(sums?.door_knocks ?? 0),
    ...span(dialect, [sums]),
  };
}

async function sumOf(db: Kysely<Schema>, table: SignalTable, network: Network) {
  return await within(db.selectFrom(table), network)
    .select([
      sql<number | null>`SUM(count)`.as('total'),
      sql<string | null>`MIN(attempt_time)`.as('first_at'),
      sql<string | null>`MAX(attempt_time)`.as('last_at'),
    ])
    .executeTakeFirst();
}

interface Span {
  readonly first_at: string | null;
  readonly last_at: string | null;
}

function span(dialect: SqlDialect, parts: readonly (Span | undefined)[]) {
  const firsts = parts.flatMap((part) => (part?.first_at ? [dialect.ms(part.first_at)] : []));
  const lasts = parts.flatMap((part) => (part?.last_at ? [dialect.ms(part.last_at)] : []));
  return {
    firstAt: firsts.length > 0 ? Math.min(...firsts) : null,
    lastAt: lasts.length > 0 ? Math.max(...lasts) : null,
  };
}

export async function dossierOfAccount(
  db: Kysely<Schema>,
  dialect: SqlDialect,
  aor: string,
  limit: number,
): Promise<Dossier> {
  const { user, domain } = splitAor(aor);
  const disabled = await db
    .selectFrom('disabled_accounts')
    .selectAll()
    .where('aor', '=', canonicalAor(aor))
    .orderBy('disabled_at', 'desc')
    .limit(limit)
    .execute();
  const events = await db
    .selectFrom('security_events')
    .selectAll()
    .where('aor', '=', aor)
    .orderBy('event_time', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  const failed = await db
    .selectFrom('failed_registrations')
    .select(failedSelection())
    .where('username', '=', user)
    .where('domain', '=', domain)
    .orderBy('attempt_time', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  const sums = await db
    .selectFrom('hourly_accounts')
    .select((e) => [
      e.fn.sum<number>('failures').as('failures'),
      e.fn.min('first_at').as('first_at'),
      e.fn.max('last_at').as('last_at'),
    ])
    .where('username', '=', user)
    .where('domain', '=', domain)
    .executeTakeFirst();
  return {
    ...EMPTY,
    disabled: disabled.map((row) => disabledFromRow(row, dialect)),
    events: events.map((row) => eventFromRow(row, dialect)),
    signals: failed.map((row) => fromFailed(row, dialect)),
    failures: Number(sums?.failures ?? 0),
    ...span(dialect, [sums]),
  };
}

/** `user@domain`; the domain holds no `@`, the user may. */
function splitAor(aor: string): { readonly user: string; readonly domain: string } {
  const at = aor.lastIndexOf('@');
  return at < 0 ? { user: aor, domain: '' } : { user: aor.slice(0, at), domain: aor.slice(at + 1) };
}
