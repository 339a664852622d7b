import type { Kysely, Selectable } from 'kysely';
import type { SqlDialect } from './engine.ts';
import { type InsertShape, insertRows, type SqlValue } from './insert-rows.ts';
import { type Schema, SIZES } from './schema.ts';
import type { DisabledRow, StoredDisabled } from './store.ts';
import { fit } from './stored-value.ts';

const EXPIRED = 'expired';

const SHAPE: InsertShape = {
  table: 'disabled_accounts',
  columns: ['aor', 'reason', 'disabled_at', 'expires_at', 'auto_disabled', 'disabled_by'],
  tail: '',
};

type Columns = Selectable<Schema['disabled_accounts']>;

/** Disables accounts, or extends (never shortens) the time of those that are. In a transaction. */
export async function upsertDisabled(
  db: Kysely<Schema>,
  dialect: SqlDialect,
  rows: readonly DisabledRow[],
): Promise<void> {
  // One by one: there are few, and one may stand twice in a batch.
  for (const row of rows) {
    const [active] = await findActive(db, [row.aor], dialect.locksRows);
    if (active !== undefined && !isOver(active, row.disabledAt, dialect)) {
      await extend(db, dialect, active, row);
      continue;
    }
    // Its time had come, only nobody had marked it yet.
    if (active !== undefined) await mark(db, active.id, active.expires_at, EXPIRED);
    await insertRows(db, dialect, SHAPE, [columnValues(row, dialect)]);
  }
}

async function extend(db: Kysely<Schema>, dialect: SqlDialect, active: Columns, row: DisabledRow): Promise<void> {
  const { expiresAt } = fromRow(active, dialect);
  if (expiresAt === null || (row.expiresAt !== null && row.expiresAt <= expiresAt)) return;
  await db
    .updateTable('disabled_accounts')
    .set({
      expires_at: row.expiresAt === null ? null : dialect.time(row.expiresAt),
      reason: fit(row.reason, SIZES.text),
      auto_disabled: row.automatic ? 1 : 0,
      disabled_by: fit(row.by, SIZES.name),
    })
    .where('id', '=', active.id)
    .execute();
}

function columnValues(row: DisabledRow, dialect: SqlDialect): SqlValue[] {
  return [
    fit(row.aor, SIZES.aor),
    fit(row.reason, SIZES.text),
    dialect.time(row.disabledAt),
    row.expiresAt === null ? null : dialect.time(row.expiresAt),
    row.automatic ? 1 : 0,
    fit(row.by, SIZES.name),
  ];
}

function findActive(db: Kysely<Schema>, aors: readonly string[], lock: boolean): Promise<Columns[]> {
  return db
    .selectFrom('disabled_accounts')
    .selectAll()
    .where(
      'active_aor',
      'in',
      aors.map((aor) => fit(aor, SIZES.aor)),
    )
    .$if(lock, (query) => query.forUpdate())
    .execute();
}

function isOver(row: Columns, at: number, dialect: SqlDialect): boolean {
  return row.expires_at !== null && dialect.ms(row.expires_at) <= at;
}

async function mark(db: Kysely<Schema>, id: number, enabledAt: string | null, reason: string): Promise<void> {
  await db
    .updateTable('disabled_accounts')
    .set({ enabled_at: enabledAt, enable_reason: reason })
    .where('id', '=', id)
    .execute();
}

export async function readDisabled(
  db: Kysely<Schema>,
  dialect: SqlDialect,
  at: number,
  afterId: number,
  limit: number,
): Promise<readonly StoredDisabled[]> {
  const rows = await db
    .selectFrom('disabled_accounts')
    .selectAll()
    .where('enabled_at', 'is', null)
    .where((e) => e.or([e('expires_at', 'is', null), e('expires_at', '>', dialect.time(at))]))
    .where('id', '>', afterId)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map((row) => fromRow(row, dialect));
}

export async function readDisabledAccount(
  db: Kysely<Schema>,
  dialect: SqlDialect,
  aor: string,
  at: number,
): Promise<StoredDisabled | null> {
  const [row] = await findActive(db, [aor], false);
  return row === undefined || isOver(row, at, dialect) ? null : fromRow(row, dialect);
}

/** Enables those of `aors` that are disabled. In a transaction. */
export async function enableActive(
  db: Kysely<Schema>,
  dialect: SqlDialect,
  aors: readonly string[],
  at: number,
  reason: string,
): Promise<readonly StoredDisabled[]> {
  if (aors.length === 0) return [];
  const rows = (await findActive(db, aors, dialect.locksRows)).filter((row) => !isOver(row, at, dialect));
  const ended = { enabled_at: dialect.time(at), enable_reason: fit(reason, SIZES.text) };
  for (const { id } of rows) await mark(db, id, ended.enabled_at, ended.enable_reason);
  return rows.map((row) => fromRow({ ...row, ...ended }, dialect));
}

/** An account is enabled at its own time, however late that is noticed. In a transaction. */
export async function expireDisabled(
  db: Kysely<Schema>,
  dialect: SqlDialect,
  at: number,
  limit: number,
): Promise<readonly StoredDisabled[]> {
  const rows = await db
    .selectFrom('disabled_accounts')
    .selectAll()
    .where('enabled_at', 'is', null)
    .where('expires_at', '<=', dialect.time(at))
    .orderBy('expires_at')
    .limit(limit)
    .$if(dialect.locksRows, (query) => query.forUpdate())
    .execute();
  for (const { id, expires_at } of rows) await mark(db, id, expires_at, EXPIRED);
  return rows.map((row) => fromRow({ ...row, enabled_at: row.expires_at, enable_reason: EXPIRED }, dialect));
}

export function fromRow(row: Columns, dialect: SqlDialect): StoredDisabled {
  return {
    id: row.id,
    aor: row.aor,
    reason: row.reason,
    disabledAt: dialect.ms(row.disabled_at),
    expiresAt: row.expires_at === null ? null : dialect.ms(row.expires_at),
    automatic: row.auto_disabled === 1,
    by: row.disabled_by,
    enabledAt: row.enabled_at === null ? null : dialect.ms(row.enabled_at),
    enableReason: row.enable_reason,
  };
}
