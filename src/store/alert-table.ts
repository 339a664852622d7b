import type { Kysely } from 'kysely';
import type { EventType, Severity } from '../pipeline/finding.ts';
import type { SqlDialect } from './engine.ts';
import { insertRows } from './insert-rows.ts';
import { type Schema, SIZES } from './schema.ts';
import type { AlertRule } from './store.ts';
import { fit } from './stored-value.ts';

const VALUES = ['email_enabled', 'sms_enabled', 'webhook_url', 'cooldown_minutes', 'last_alert_time'];

export async function readAlertRules(db: Kysely<Schema>, dialect: SqlDialect): Promise<readonly AlertRule[]> {
  const rows = await db.selectFrom('alert_config').selectAll().orderBy('event_type').orderBy('severity').execute();
  return rows.map((row) => ({
    type: row.event_type as EventType,
    severity: row.severity as Severity,
    email: row.email_enabled === 1,
    sms: row.sms_enabled === 1,
    webhookUrl: row.webhook_url,
    cooldownMinutes: row.cooldown_minutes,
    lastAlertAt: row.last_alert_time === null ? null : dialect.ms(row.last_alert_time),
  }));
}

export async function writeAlertRule(db: Kysely<Schema>, dialect: SqlDialect, rule: AlertRule): Promise<void> {
  const set = VALUES.map((column) => `${column} = ${dialect.incoming(column)}`).join(', ');
  const tail = dialect.onConflict(['event_type', 'severity'], set);
  const shape = { table: 'alert_config', columns: ['event_type', 'severity', ...VALUES], tail } as const;
  const row = [
    rule.type,
    rule.severity,
    rule.email ? 1 : 0,
    rule.sms ? 1 : 0,
    rule.webhookUrl === null ? null : fit(rule.webhookUrl, SIZES.text),
    rule.cooldownMinutes,
    rule.lastAlertAt === null ? null : dialect.time(rule.lastAlertAt),
  ];
  await insertRows(db, dialect, shape, [row]);
}

export async function writeLastAlert(
  db: Kysely<Schema>,
  dialect: SqlDialect,
  type: EventType,
  severity: Severity,
  at: number,
): Promise<void> {
  await db
    .updateTable('alert_config')
    .set({ last_alert_time: dialect.time(at) })
    .where('event_type', '=', type)
    .where('severity', '=', severity)
    .execute();
}
