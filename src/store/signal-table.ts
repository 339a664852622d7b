/** Failed registrations and door knocks: two tables with the same fields but one. */
import type { Kysely } from 'kysely';
import type { Address } from '../lib/address.ts';
import { Address as Ip } from '../lib/address.ts';
import { addressKey } from './address-key.ts';
import type { SqlDialect } from './engine.ts';
import { type InsertShape, insertRows, type SqlValue } from './insert-rows.ts';
import { type Schema, SIZES, type SignalColumns } from './schema.ts';
import type { SignalRow } from './store.ts';
import { fit, fitNumber, MAX_EXPIRES } from './stored-value.ts';

const COLUMNS = [
  'username',
  'domain',
  'source_ip',
  'source_key',
  'source_port',
  'user_agent',
  'response_code',
  'attempt_time',
  'expires_header',
  'method',
  'request_uri',
  'transport',
  'proven',
  'sensor',
  'call_id',
  'count',
] as const satisfies readonly (keyof SignalColumns)[];

const FAILED: InsertShape = { table: 'failed_registrations', columns: [...COLUMNS, 'response_reason'], tail: '' };
const KNOCKS: InsertShape = { table: 'door_knock_attempts', columns: [...COLUMNS, 'kind', 'reason'], tail: '' };

export async function insertSignals(
  db: Kysely<Schema>,
  dialect: SqlDialect,
  signals: readonly SignalRow[],
): Promise<void> {
  const keys = new KeyCache();
  const failed: SqlValue[][] = [];
  const knocks: SqlValue[][] = [];
  for (const signal of signals) {
    const values = columnValues(signal, dialect, keys);
    if (signal.kind === 'register.failed') failed.push([...values, fit(signal.reason, SIZES.text)]);
    else knocks.push([...values, signal.kind, fit(signal.reason, SIZES.text)]);
  }
  await insertRows(db, dialect, FAILED, failed);
  await insertRows(db, dialect, KNOCKS, knocks);
}

/** In the order of `COLUMNS`. */
function columnValues(signal: SignalRow, dialect: SqlDialect, keys: KeyCache): SqlValue[] {
  return [
    fit(signal.user, SIZES.name),
    fit(signal.domain, SIZES.name),
    signal.ip,
    keys.of(signal.ip),
    fitNumber(signal.port),
    fit(signal.userAgent, SIZES.text),
    fitNumber(signal.status),
    dialect.time(signal.at),
    fitNumber(signal.expires, MAX_EXPIRES),
    fit(signal.method, SIZES.text),
    fit(signal.requestUri, SIZES.text),
    signal.transport,
    signal.proven,
    fit(signal.sensor, SIZES.name),
    fit(signal.callId, SIZES.text),
    fitNumber(signal.count),
  ];
}

/** Keys of the addresses of one commit: a source is seldom seen only once in it. */
class KeyCache {
  readonly #keys = new Map<string, Buffer>();

  of(ip: string): Buffer {
    let key = this.#keys.get(ip);
    if (key === undefined) {
      key = addressKey(parsed(ip));
      this.#keys.set(ip, key);
    }
    return key;
  }
}

function parsed(ip: string): Address {
  const address = Ip.parse(ip);
  if (address === undefined) throw new TypeError(`signal.ip: expected an IP address, got ${JSON.stringify(ip)}`);
  return address;
}

export type FailedColumns = Pick<Schema['failed_registrations'], (typeof COLUMNS)[number] | 'response_reason'>;
export type KnockColumns = Pick<Schema['door_knock_attempts'], (typeof COLUMNS)[number] | 'kind' | 'reason'>;

export function failedSelection(): readonly (keyof FailedColumns)[] {
  return [...COLUMNS, 'response_reason'];
}

export function knockSelection(): readonly (keyof KnockColumns)[] {
  return [...COLUMNS, 'kind', 'reason'];
}

export function fromFailed(row: FailedColumns, dialect: SqlDialect): SignalRow {
  return { kind: 'register.failed', reason: row.response_reason, ...common(row, dialect) };
}

export function fromKnock(row: KnockColumns, dialect: SqlDialect): SignalRow {
  const kind = row.kind === 'malformed' ? 'malformed' : 'request.refused';
  return { kind, reason: row.reason, ...common(row, dialect) };
}

function common(row: Pick<FailedColumns, (typeof COLUMNS)[number]>, dialect: SqlDialect) {
  return {
    at: dialect.ms(row.attempt_time),
    ip: row.source_ip,
    port: row.source_port,
    transport: row.transport as SignalRow['transport'],
    proven: row.proven as SignalRow['proven'],
    sensor: row.sensor,
    method: row.method,
    status: row.response_code,
    user: row.username,
    domain: row.domain,
    requestUri: row.request_uri,
    userAgent: row.user_agent,
    callId: row.call_id,
    expires: row.expires_header,
    count: row.count,
  };
}
