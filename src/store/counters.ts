/** The sums per hour. Added up in memory for a batch, then added to the stored ones in its transaction. */
import type { Kysely } from 'kysely';
import { Address } from '../lib/address.ts';
import { Network } from '../lib/network.ts';
import { addressKey } from './address-key.ts';
import type { SqlDialect } from './engine.ts';
import { insertRows, type SqlValue } from './insert-rows.ts';
import { type Schema, SIZES } from './schema.ts';
import type { SignalRow } from './store.ts';
import { fit, fitNumber } from './stored-value.ts';

export const HOUR_MS = 3_600_000;

export function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS) * HOUR_MS;
}

interface HourSum {
  readonly hour: number;
  failures: number;
  doorKnocks: number;
  events: number;
  blocks: number;
}

interface SourceSum {
  readonly hour: number;
  readonly network: Network;
  failures: number;
  doorKnocks: number;
  firstAt: number;
  lastAt: number;
}

interface AccountSum {
  readonly hour: number;
  readonly user: string;
  readonly domain: string;
  failures: number;
  firstAt: number;
  lastAt: number;
}

export class Counters {
  readonly #hours = new Map<number, HourSum>();
  readonly #sources = new Map<string, SourceSum>();
  readonly #accounts = new Map<string, AccountSum>();

  addSignal(signal: SignalRow): void {
    const count = fitNumber(signal.count);
    const hour = this.#hour(signal.at);
    const source = this.#source(signal, hour.hour);
    source.firstAt = Math.min(source.firstAt, signal.at);
    source.lastAt = Math.max(source.lastAt, signal.at);
    if (signal.kind !== 'register.failed') {
      hour.doorKnocks += count;
      source.doorKnocks += count;
      return;
    }
    hour.failures += count;
    source.failures += count;
    const account = this.#account(signal, hour.hour);
    account.failures += count;
    account.firstAt = Math.min(account.firstAt, signal.at);
    account.lastAt = Math.max(account.lastAt, signal.at);
  }

  addEvent(at: number): void {
    this.#hour(at).events++;
  }

  addBlock(at: number): void {
    this.#hour(at).blocks++;
  }

  /** In the order of the keys, so that two writers of one database never wait for each other in a circle. */
  async write(db: Kysely<Schema>, dialect: SqlDialect): Promise<void> {
    await insertRows(db, dialect, hourShape(dialect), hourRows([...this.#hours.values()], dialect));
    await insertRows(db, dialect, sourceShape(dialect), sourceRows([...this.#sources.values()], dialect));
    await insertRows(db, dialect, accountShape(dialect), accountRows([...this.#accounts.values()], dialect));
  }

  #hour(at: number): HourSum {
    const hour = hourOf(at);
    return entry(this.#hours, hour, () => ({ hour, failures: 0, doorKnocks: 0, events: 0, blocks: 0 }));
  }

  #source(signal: SignalRow, hour: number): SourceSum {
    return entry(this.#sources, `${hour} ${signal.ip}`, () => {
      const address = Address.parse(signal.ip);
      if (address === undefined) throw new TypeError(`signal.ip: expected an IP address, got ${signal.ip}`);
      const network = Network.counted(address);
      // All addresses of a /64 have one sum.
      const make = () => ({ hour, network, failures: 0, doorKnocks: 0, firstAt: signal.at, lastAt: signal.at });
      return network.isSingle ? make() : entry(this.#sources, `${hour} ${network.text}`, make);
    });
  }

  #account(signal: SignalRow, hour: number): AccountSum {
    const user = fit(signal.user, SIZES.name);
    const domain = fit(signal.domain, SIZES.name);
    const make = () => ({ hour, user, domain, failures: 0, firstAt: signal.at, lastAt: signal.at });
    return entry(this.#accounts, JSON.stringify([hour, user, domain]), make);
  }
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

function sums(dialect: SqlDialect, table: string, columns: readonly string[]): string {
  return columns.map((column) => `${column} = ${table}.${column} + ${dialect.incoming(column)}`).join(', ');
}

function seen(dialect: SqlDialect, table: string): string {
  const first = dialect.least(`${table}.first_at`, dialect.incoming('first_at'));
  const last = dialect.greatest(`${table}.last_at`, dialect.incoming('last_at'));
  return `first_at = ${first}, last_at = ${last}`;
}

function hourShape(dialect: SqlDialect) {
  const counted = ['failures', 'door_knocks', 'events', 'blocks'];
  const tail = dialect.onConflict(['hour'], sums(dialect, 'hourly_counts', counted));
  return { table: 'hourly_counts', columns: ['hour', ...counted], tail } as const;
}

function hourRows(hours: HourSum[], dialect: SqlDialect): SqlValue[][] {
  hours.sort((a, b) => a.hour - b.hour);
  return hours.map((sum) => [dialect.time(sum.hour), sum.failures, sum.doorKnocks, sum.events, sum.blocks]);
}

function sourceShape(dialect: SqlDialect) {
  const counted = ['failures', 'door_knocks', 'total'];
  const set = `${sums(dialect, 'hourly_sources', counted)}, ${seen(dialect, 'hourly_sources')}`;
  const columns = ['source_key', 'hour', 'source_ip', ...counted, 'first_at', 'last_at'];
  return { table: 'hourly_sources', columns, tail: dialect.onConflict(['source_key', 'hour'], set) } as const;
}

function sourceRows(sources: SourceSum[], dialect: SqlDialect): SqlValue[][] {
  const keyed = [...new Set(sources)].map((sum) => ({ sum, key: addressKey(sum.network.base) }));
  keyed.sort((a, b) => a.key.compare(b.key) || a.sum.hour - b.sum.hour);
  return keyed.map(({ sum, key }) => [
    key,
    dialect.time(sum.hour),
    sum.network.text,
    sum.failures,
    sum.doorKnocks,
    sum.failures + sum.doorKnocks,
    dialect.time(sum.firstAt),
    dialect.time(sum.lastAt),
  ]);
}

function accountShape(dialect: SqlDialect) {
  const set = `${sums(dialect, 'hourly_accounts', ['failures'])}, ${seen(dialect, 'hourly_accounts')}`;
  const columns = ['username', 'domain', 'hour', 'failures', 'first_at', 'last_at'];
  return { table: 'hourly_accounts', columns, tail: dialect.onConflict(['username', 'domain', 'hour'], set) } as const;
}

function accountRows(accounts: AccountSum[], dialect: SqlDialect): SqlValue[][] {
  accounts.sort((a, b) => compare(a.user, b.user) || compare(a.domain, b.domain) || a.hour - b.hour);
  return accounts.map((sum) => [
    sum.user,
    sum.domain,
    dialect.time(sum.hour),
    sum.failures,
    dialect.time(sum.firstAt),
    dialect.time(sum.lastAt),
  ]);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
