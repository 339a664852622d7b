import type { Kysely, Selectable } from 'kysely';
import { Flow } from '../lib/flow.ts';
import { networkOf, parseTarget, type Target } from '../lib/target.ts';
import { addressKey, enclosing, networkKeys } from './address-key.ts';
import type { Counters } from './counters.ts';
import type { SqlDialect } from './engine.ts';
import { type InsertShape, insertRows, type SqlValue } from './insert-rows.ts';
import { type Schema, SIZES } from './schema.ts';
import type { BlockHistory, BlockOrder, BlockRow, StoredBlock } from './store.ts';
import { fit, LAST_TIME } from './stored-value.ts';

/** Targets or ids named in one statement. */
const LOOKUP = 500;

export const EXPIRED = 'expired';

const SHAPE: InsertShape = {
  table: 'blocked_ips',
  columns: [
    'ip_address',
    'ip_key',
    'source_port',
    'transport',
    'reason',
    'blocked_at',
    'expires_at',
    'auto_blocked',
    'blocked_by',
    'forgeable',
  ],
  tail: '',
};

type BlockColumns = Selectable<Schema['blocked_ips']>;
type TargetColumns = Pick<BlockColumns, 'ip_address' | 'source_port' | 'transport'>;

/** Adds blocks, or extends those of the same target that are active; counts the added ones. In a transaction. */
export async function upsertBlocks(
  db: Kysely<Schema>,
  dialect: SqlDialect,
  blocks: readonly BlockRow[],
  counters: Counters,
): Promise<void> {
  const wanted = new Map<string, BlockRow>();
  for (const block of blocks) {
    const before = wanted.get(block.target);
    wanted.set(block.target, before === undefined ? block : extended(before, block));
  }
  const active = await notEnded(db, dialect, [...wanted.keys()]);
  const added: SqlValue[][] = [];
  for (const block of wanted.values()) {
    const row = active.get(block.target);
    if (row !== undefined && !isOver(row, block.blockedAt, dialect)) {
      await extend(db, dialect, row, block);
      continue;
    }
    // Its time had come, only nobody had marked it yet: that one ends when it should have, this one is new.
    if (row !== undefined) await end(db, [row.id], row.expires_at, EXPIRED);
    added.push(columnValues(block, dialect));
    counters.addBlock(block.blockedAt);
  }
  await insertRows(db, dialect, SHAPE, added);
}

/** What holds when `next` comes while `block` is active: the longer one's reason, and the longer time. */
function extended(block: BlockRow, next: BlockRow): BlockRow {
  if (block.expiresAt === null || (next.expiresAt !== null && next.expiresAt <= block.expiresAt)) return block;
  return { ...next, blockedAt: block.blockedAt };
}

async function extend(db: Kysely<Schema>, dialect: SqlDialect, row: BlockColumns, block: BlockRow): Promise<void> {
  const stored = fromRow(row, dialect);
  const longer = extended(stored, block);
  if (longer === stored) return;
  await db
    .updateTable('blocked_ips')
    .set({
      expires_at: longer.expiresAt === null ? null : dialect.time(longer.expiresAt),
      reason: fit(longer.reason, SIZES.text),
      auto_blocked: longer.automatic ? 1 : 0,
      blocked_by: fit(longer.by, SIZES.name),
      forgeable: longer.forgeable === true ? 1 : 0,
    })
    .where('id', '=', row.id)
    .execute();
}

function columnValues(block: BlockRow, dialect: SqlDialect): SqlValue[] {
  const target = targetOf(block.target);
  const network = networkOf(target);
  return [
    network.text,
    addressKey(network.base),
    ...(target instanceof Flow ? [target.port, target.protocol] : [0, '']),
    fit(block.reason, SIZES.text),
    dialect.time(block.blockedAt),
    block.expiresAt === null ? null : dialect.time(block.expiresAt),
    block.automatic ? 1 : 0,
    fit(block.by, SIZES.name),
    block.forgeable === true ? 1 : 0,
  ];
}

function targetOf(text: string): Target {
  const target = parseTarget(text);
  if (target !== undefined) return target;
  throw new TypeError(`block.target: expected an address, a network or a flow, got ${JSON.stringify(text)}`);
}

/** The text of a row's target. */
function textOf({ ip_address: ip, source_port: port, transport }: TargetColumns): string {
  if (transport === '') return ip;
  return `${transport}:${ip.includes(':') ? `[${ip}]` : ip}:${port}`;
}

/** Rows of these targets that have not been marked as ended, by target. In a transaction that will change them. */
async function notEnded(
  db: Kysely<Schema>,
  dialect: SqlDialect,
  targets: readonly string[],
): Promise<Map<string, BlockColumns>> {
  const networks = new Set(targets.map((target) => networkOf(targetOf(target)).text));
  const found = await findNotEnded(db, [...networks], dialect.locksRows);
  const asked = new Set(targets);
  for (const target of found.keys()) if (!asked.has(target)) found.delete(target);
  return found;
}

/** Those of exactly these networks, with the flows of addresses among them, by target. */
async function findNotEnded(
  db: Kysely<Schema>,
  networks: readonly string[],
  lock: boolean,
): Promise<Map<string, BlockColumns>> {
  const found = new Map<string, BlockColumns>();
  for (let from = 0; from < networks.length; from += LOOKUP) {
    const part = networks.slice(from, from + LOOKUP);
    const rows = await db
      .selectFrom('blocked_ips')
      .selectAll()
      .where('active_target', 'in', part)
      .$if(lock, (query) => query.forUpdate())
      .execute();
    for (const row of rows) found.set(textOf(row), row);
  }
  return found;
}

function isOver(row: BlockColumns, at: number, dialect: SqlDialect): boolean {
  return row.expires_at !== null && dialect.ms(row.expires_at) <= at;
}

export async function readActive(
  db: Kysely<Schema>,
  dialect: SqlDialect,
  at: number,
  afterId: number,
  limit: number,
  first: BlockOrder,
): Promise<readonly StoredBlock[]> {
  const isNewestFirst = first === 'newest';
  const rows = await db
    .selectFrom('blocked_ips')
    .selectAll()
    .where('unblocked_at', 'is', null)
    .where((e) => e.or([e('expires_at', 'is', null), e('expires_at', '>', dialect.time(at))]))
    .$if(afterId > 0, (query) => query.where('id', isNewestFirst ? '<' : '>', afterId))
    .orderBy('id', isNewestFirst ? 'desc' : 'asc')
    .limit(limit)
    .execute();
  return rows.map((row) => fromRow(row, dialect));
}

/** What is active and shares an address with one of `targets`, each once. */
export async function readActiveOn(
  db: Kysely<Schema>,
  dialect: SqlDialect,
  targets: readonly string[],
  at: number,
): Promise<readonly StoredBlock[]> {
  const networks = targets.map((target) => networkOf(targetOf(target)));
  const around = [...new Set(networks.flatMap(enclosing))];
  const found = await findNotEnded(db, around, false);
  for (const network of networks.filter(({ isSingle }) => !isSingle)) {
    const [first, last] = networkKeys(network);
    const inside = await db
      .selectFrom('blocked_ips')
      .selectAll()
      .where('unblocked_at', 'is', null)
      .where('ip_key', '>=', first)
      .where('ip_key', '<=', last)
      .execute();
    for (const row of inside) found.set(textOf(row), row);
  }
  return [...found.values()].filter((row) => !isOver(row, at, dialect)).map((row) => fromRow(row, dialect));
}

/** Ends what is active of `targets`. In a transaction. */
export async function endTargets(
  db: Kysely<Schema>,
  dialect: SqlDialect,
  targets: readonly string[],
  at: number,
  reason: string,
): Promise<readonly StoredBlock[]> {
  const rows = [...(await notEnded(db, dialect, targets)).values()].filter((row) => !isOver(row, at, dialect));
  const unblockedAt = dialect.time(at);
  const unblockReason = fit(reason, SIZES.text);
  await end(
    db,
    rows.map((row) => row.id),
    unblockedAt,
    unblockReason,
  );
  return rows.map((row) => fromRow({ ...row, unblocked_at: unblockedAt, unblock_reason: unblockReason }, dialect));
}

async function end(
  db: Kysely<Schema>,
  ids: readonly number[],
  unblockedAt: string | null,
  reason: string,
): Promise<void> {
  for (let from = 0; from < ids.length; from += LOOKUP) {
    await db
      .updateTable('blocked_ips')
      .set({ unblocked_at: unblockedAt, unblock_reason: reason })
      .where('id', 'in', ids.slice(from, from + LOOKUP))
      .execute();
  }
}

/** A block ends at its own time, however late that is noticed. In a transaction. */
export async function expire(
  db: Kysely<Schema>,
  dialect: SqlDialect,
  at: number,
  limit: number,
): Promise<readonly StoredBlock[]> {
  const rows = await db
    .selectFrom('blocked_ips')
    .selectAll()
    .where('unblocked_at', 'is', null)
    .where('expires_at', '<=', dialect.time(at))
    .orderBy('expires_at')
    .limit(limit)
    .$if(dialect.locksRows, (query) => query.forUpdate())
    .execute();
  for (let from = 0; from < rows.length; from += LOOKUP) {
    await db
      .updateTable('blocked_ips')
      .set((e) => ({ unblocked_at: e.ref('expires_at'), unblock_reason: EXPIRED }))
      .where(
        'id',
        'in',
        rows.slice(from, from + LOOKUP).map((row) => row.id),
      )
      .execute();
  }
  return rows.map((row) => fromRow({ ...row, unblocked_at: row.expires_at, unblock_reason: EXPIRED }, dialect));
}

/** What was lifted was no offence. A block that never ends counts as ending at the last time there is. */
export async function automaticSince(
  db: Kysely<Schema>,
  dialect: SqlDialect,
  since: number,
): Promise<readonly BlockHistory[]> {
  const rows = await db
    .selectFrom('blocked_ips')
    .select((e) => [
      'ip_address',
      'source_port',
      'transport',
      e.fn.countAll<number>().as('times'),
      e.fn.sum<number>('forgeable').as('forged'),
      e.fn.max(e.fn.coalesce('unblocked_at', 'expires_at', e.val(dialect.time(LAST_TIME)))).as('last_end'),
    ])
    .where('auto_blocked', '=', 1)
    .where('blocked_at', '>=', dialect.time(since))
    .where((e) => e.or([e('unblock_reason', 'is', null), e('unblock_reason', '=', EXPIRED)]))
    .groupBy(['ip_address', 'source_port', 'transport'])
    .execute();
  return rows.map((row) => ({
    target: textOf(row),
    times: Number(row.times),
    trusted: Number(row.times) - Number(row.forged),
    lastEnd: dialect.ms(row.last_end),
  }));
}

export function fromRow(row: BlockColumns, dialect: SqlDialect): StoredBlock {
  return {
    id: row.id,
    target: textOf(row),
    reason: row.reason,
    blockedAt: dialect.ms(row.blocked_at),
    expiresAt: row.expires_at === null ? null : dialect.ms(row.expires_at),
    automatic: row.auto_blocked === 1,
    by: row.blocked_by,
    unblockedAt: row.unblocked_at === null ? null : dialect.ms(row.unblocked_at),
    unblockReason: row.unblock_reason,
  };
}
