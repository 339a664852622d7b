/** Deleting what is older than its retention, in steps so small that writers hardly wait. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CompiledQuery } from 'kysely';
import { hourOf } from './counters.ts';
import type { Engine } from './engine.ts';
import type { Retention } from './store.ts';

/** Rows deleted in one transaction. */
const STEP_ROWS = 500;

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
    { table: 'disabled_accounts', time: 'enabled_at', before: blocks, keys: ['id'] },
    { table: 'ip_reputation', time: 'last_updated', before: events, keys: ['ip_address'] },
    { table: 'hourly_sources', time: 'hour', before: sums, keys: ['source_key', 'hour'] },
    { table: 'hourly_accounts', time: 'hour', before: sums, keys: ['username', 'domain', 'hour'] },
    { table: 'hourly_counts', time: 'hour', before: overview, keys: ['hour'] },
  ];
}

function cutoff(retentionMs: number, now: number): number | undefined {
  return retentionMs === 0 ? undefined : now - retentionMs;
}

async function pruneTable({ db, dialect }: Engine, rule: Rule, before: number): Promise<number> {
  const sql = dialect.deleteOldest(rule.table, rule.keys, rule.time, STEP_ROWS);
  let deleted = 0;
  for (;;) {
    const { numAffectedRows } = await db.executeQuery(CompiledQuery.raw(sql, [dialect.time(before)]));
    const rows = Number(numAffectedRows ?? 0);
    deleted += rows;
    if (rows < STEP_ROWS) return deleted;
    // Calls that came in meanwhile go first.
    await nextTurn();
  }
}
