/** Deleting what is older than its retention, in steps so small that writers hardly wait. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CompiledQuery } from 'kysely';
import { hourOf } from './counters.ts';
import type { Engine } from './engine.ts';
import type { Retention } from './store.ts';

/** Rows deleted in one transaction. */
const STEP_ROWS = 2000;

interface Rule {
  readonly table: string;
  readonly time: string;
  /** Rows with an earlier time go; undefined: none. */
  readonly before: number | undefined;
  readonly keys: readonly string[];
}

export async function pruneAll(engine: Engine, retention: Retention, now: number): Promise<Record<string, number>> {
  const deleted: Record<string, number> = {};
  for (const rule of rules(retention, now)) {
    deleted[rule.table] = rule.before === undefined ? 0 : await pruneTable(engine, rule, rule.before);
  }
  while (await engine.reclaim()) await nextTurn();
  return deleted;
}

function rules(retention: Retention, now: number): readonly Rule[] {
  const signals = cutoff(retention.signalsMs, now);
  const events = cutoff(retention.eventsMs, now);
  const blocks = cutoff(retention.blocksMs, now);
  // Sums go by whole hours, and the overview's when nothing they count is kept any more.
  const sums = signals === undefined ? undefined : hourOf(signals);
  const counted = [signals, events, blocks];
  const overview = counted.includes(undefined) ? undefined : hourOf(Math.min(...counted.map(Number)));
  return [
    { table: 'failed_registrations', time: 'attempt_time', before: signals, keys: ['id'] },
    { table: 'door_knock_attempts', time: 'attempt_time', before: signals, keys: ['id'] },
    { table: 'security_events', time: 'event_time', before: events, keys: ['id'] },
    // A block that has not ended has no such time, and stays.
    { table: 'blocked_ips', time: 'unblocked_at', before: blocks, keys: ['id'] },
    { table: 'hourly_sources', time: 'hour', before: sums, keys: ['source_key', 'hour'] },
    { table: 'hourly_accounts', time: 'hour', before: sums, keys: ['username', 'domain', 'hour'] },
    { table: 'hourly_counts', time: 'hour', before: overview, keys: ['hour'] },
  ];
}

function cutoff(retentionMs: number, now: number): number | undefined {
  return retentionMs === 0 ? undefined : now - retentionMs;
}

/** Found first and then deleted by key: neither database deletes "the first 2,000" of an index everywhere. */
async function pruneTable({ db, dialect }: Engine, rule: Rule, before: number): Promise<number> {
  const { table, time, keys } = rule;
  const find = `SELECT ${keys.join(', ')} FROM ${table} WHERE ${time} < ? ORDER BY ${time} LIMIT ${STEP_ROWS}`;
  const where = keys.length === 1 ? keys[0] : `(${keys.join(', ')})`;
  let deleted = 0;
  for (;;) {
    const { rows } = await db.executeQuery<Record<string, unknown>>(
      CompiledQuery.raw(find, [dialect.time(before)]) as CompiledQuery<Record<string, unknown>>,
    );
    if (rows.length === 0) return deleted;
    const row = keys.length === 1 ? '?' : `(${keys.map(() => '?').join(', ')})`;
    const list = rows.map(() => row).join(', ');
    const values = keys.length === 1 ? list : dialect.name === 'sqlite' ? `VALUES ${list}` : list;
    const parameters = rows.flatMap((found) => keys.map((key) => found[key]));
    await db.executeQuery(CompiledQuery.raw(`DELETE FROM ${table} WHERE ${where} IN (${values})`, parameters));
    deleted += rows.length;
    if (rows.length < STEP_ROWS) return deleted;
    // Calls that came in meanwhile go first.
    await nextTurn();
  }
}
