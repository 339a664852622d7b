import type { SqlDialect } from '../engine.ts';
import { SIZES } from '../schema.ts';

/** The first schema. Each statement may be run again: on MySQL a step cut short by a crash is repeated whole. */
export function initial({ types: t }: SqlDialect): readonly string[] {
  const name = t.text(SIZES.name);
  const text = t.text(SIZES.text);
  const address = t.text(SIZES.address);
  const word = t.text(SIZES.word);
  const signal = `
    id ${t.id},
    username ${name} NOT NULL,
    domain ${name} NOT NULL,
    source_ip ${address} NOT NULL,
    source_key ${t.key} NOT NULL,
    source_port INT NOT NULL,
    user_agent ${text} NOT NULL,
    response_code INT NOT NULL,
    attempt_time ${t.time} NOT NULL,
    expires_header BIGINT NOT NULL,
    method ${text} NOT NULL,
    request_uri ${text} NOT NULL,
    transport ${word} NOT NULL,
    proven ${word} NOT NULL,
    sensor ${name} NOT NULL,
    call_id ${text} NOT NULL,
    count INT NOT NULL`;
  return [
    `CREATE TABLE IF NOT EXISTS schema_views (
    name ${name} NOT NULL PRIMARY KEY,
    definition ${t.longText} NOT NULL)${t.table}`,

    `CREATE TABLE IF NOT EXISTS checkpoints (
    source ${name} NOT NULL PRIMARY KEY,
    position ${t.longText} NOT NULL,
    updated_at ${t.time} NOT NULL)${t.table}`,

    `CREATE TABLE IF NOT EXISTS failed_registrations (${signal},
    response_reason ${text} NOT NULL)${t.table}`,
    index('failed_registrations', 'time', 'attempt_time'),
    index('failed_registrations', 'source', 'source_ip, attempt_time'),
    index('failed_registrations', 'network', 'source_key'),
    // With the source, so that the distinct sources of an account are counted in the index alone.
    index('failed_registrations', 'account', 'username, domain, attempt_time, source_ip'),

    `CREATE TABLE IF NOT EXISTS door_knock_attempts (${signal},
    kind ${word} NOT NULL,
    reason ${text} NOT NULL)${t.table}`,
    index('door_knock_attempts', 'time', 'attempt_time'),
    index('door_knock_attempts', 'source', 'source_ip, attempt_time'),
    index('door_knock_attempts', 'network', 'source_key'),

    `CREATE TABLE IF NOT EXISTS security_events (
    id ${t.id},
    identity ${name} NOT NULL,
    event_type ${word} NOT NULL,
    severity ${word} NOT NULL,
    source_ip ${address} NOT NULL,
    source_key ${t.key},
    aor ${t.text(SIZES.aor)} NOT NULL,
    description ${text} NOT NULL,
    event_time ${t.time} NOT NULL,
    resolved SMALLINT NOT NULL DEFAULT 0,
    resolved_at ${t.time},
    details ${t.longText} NOT NULL)${t.table}`,
    uniqueIndex('security_events', 'identity', 'identity'),
    index('security_events', 'time', 'event_time'),
    index('security_events', 'type', 'event_type, event_time'),
    index('security_events', 'severity', 'severity, event_time'),
    index('security_events', 'resolved', 'resolved, event_time'),
    index('security_events', 'source', 'source_ip, event_time'),
    index('security_events', 'network', 'source_key, event_time'),
    index('security_events', 'account', 'aor, event_time'),

    `CREATE TABLE IF NOT EXISTS blocked_ips (
    id ${t.id},
    ip_address ${address} NOT NULL,
    ip_key ${t.key} NOT NULL,
    reason ${text} NOT NULL,
    blocked_at ${t.time} NOT NULL,
    expires_at ${t.time},
    auto_blocked SMALLINT NOT NULL,
    blocked_by ${name} NOT NULL,
    unblocked_at ${t.time},
    unblock_reason ${text},
    active_target ${address} GENERATED ALWAYS AS (CASE WHEN unblocked_at IS NULL THEN ip_address END) VIRTUAL)${t.table}`,
    uniqueIndex('blocked_ips', 'active', 'active_target'),
    index('blocked_ips', 'end', 'unblocked_at, expires_at'),
    index('blocked_ips', 'open', 'unblocked_at, id'),
    index('blocked_ips', 'address', 'ip_address, blocked_at'),
    index('blocked_ips', 'network', 'ip_key'),
    index('blocked_ips', 'history', 'auto_blocked, blocked_at'),

    `CREATE TABLE IF NOT EXISTS whitelisted_ips (
    id ${t.id},
    ip_address ${address} NOT NULL,
    description ${text} NOT NULL,
    created_at ${t.time} NOT NULL,
    created_by ${name} NOT NULL)${t.table}`,
    uniqueIndex('whitelisted_ips', 'address', 'ip_address'),

    `CREATE TABLE IF NOT EXISTS alert_config (
    id ${t.id},
    event_type ${word} NOT NULL,
    severity ${word} NOT NULL,
    email_enabled SMALLINT NOT NULL DEFAULT 0,
    sms_enabled SMALLINT NOT NULL DEFAULT 0,
    webhook_url ${text},
    cooldown_minutes INT NOT NULL DEFAULT 0,
    last_alert_time ${t.time})${t.table}`,
    uniqueIndex('alert_config', 'rule', 'event_type, severity'),

    `CREATE TABLE IF NOT EXISTS ip_reputation (
    ip_address ${address} NOT NULL PRIMARY KEY,
    country_code ${t.text(2)} NOT NULL,
    is_vpn SMALLINT NOT NULL DEFAULT 0,
    is_proxy SMALLINT NOT NULL DEFAULT 0,
    is_tor SMALLINT NOT NULL DEFAULT 0,
    reputation_score INT NOT NULL DEFAULT 0,
    last_updated ${t.time} NOT NULL)${t.table}`,
    index('ip_reputation', 'score', 'reputation_score'),
    index('ip_reputation', 'updated', 'last_updated'),

    ...counters(t),
  ];
}

/** Sums per hour, kept in the transaction that writes what they count: the overview reads these, never millions of rows. */
function counters(t: SqlDialect['types']): readonly string[] {
  const name = t.text(SIZES.name);
  return [
    `CREATE TABLE IF NOT EXISTS hourly_counts (
    hour ${t.time} NOT NULL,
    failures BIGINT NOT NULL,
    door_knocks BIGINT NOT NULL,
    events BIGINT NOT NULL,
    blocks BIGINT NOT NULL,
    PRIMARY KEY (hour))${t.clusteredTable}`,

    `CREATE TABLE IF NOT EXISTS hourly_sources (
    source_key ${t.key} NOT NULL,
    hour ${t.time} NOT NULL,
    source_ip ${t.text(SIZES.address)} NOT NULL,
    failures BIGINT NOT NULL,
    door_knocks BIGINT NOT NULL,
    total BIGINT NOT NULL,
    first_at ${t.time} NOT NULL,
    last_at ${t.time} NOT NULL,
    PRIMARY KEY (source_key, hour))${t.clusteredTable}`,
    index('hourly_sources', 'top', 'hour, total'),

    `CREATE TABLE IF NOT EXISTS hourly_accounts (
    username ${name} NOT NULL,
    domain ${name} NOT NULL,
    hour ${t.time} NOT NULL,
    failures BIGINT NOT NULL,
    first_at ${t.time} NOT NULL,
    last_at ${t.time} NOT NULL,
    PRIMARY KEY (username, domain, hour))${t.clusteredTable}`,
    index('hourly_accounts', 'top', 'hour, failures'),
  ];
}

function index(table: string, what: string, columns: string): string {
  return `CREATE INDEX ${table}_${what} ON ${table} (${columns})`;
}

function uniqueIndex(table: string, what: string, columns: string): string {
  return `CREATE UNIQUE INDEX ${table}_${what} ON ${table} (${columns})`;
}
