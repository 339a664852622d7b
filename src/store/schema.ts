/** The tables as Kysely sees them. Times are text in the engine's form (`Engine.time`); flags are 0 or 1. */
import type { ColumnType, Generated } from 'kysely';

type Counter = ColumnType<number, number, number>;

export interface Schema {
  schema_version: { version: number; applied_at: string };
  schema_views: { name: string; definition: string };
  checkpoints: { source: string; position: string; updated_at: string };
  failed_registrations: SignalColumns & { response_reason: string };
  door_knock_attempts: SignalColumns & { reason: string; kind: string };
  security_events: {
    id: Generated<number>;
    identity: string;
    event_type: string;
    severity: string;
    source_ip: string;
    source_key: Uint8Array | null;
    aor: string;
    description: string;
    event_time: string;
    resolved: number;
    resolved_at: string | null;
    details: string;
    campaign: string | null;
    /** null as long as it is open, and of events that an older version marked. */
    resolved_by: ColumnType<string | null, never, string>;
  };
  blocked_ips: {
    id: Generated<number>;
    ip_address: string;
    ip_key: Uint8Array;
    /** Of a flow; 0 and '' for all that comes from the address. */
    source_port: number;
    transport: string;
    reason: string;
    blocked_at: string;
    expires_at: string | null;
    auto_blocked: number;
    blocked_by: string;
    /** Others may have sent what it was decided for: that makes nobody an offender for what is proven. */
    forgeable: number;
    unblocked_at: string | null;
    unblock_reason: string | null;
    /** Generated: `ip_address` while the block has not ended; unique with port and transport, so that a target has one at most. */
    active_target: ColumnType<string | null, never, never>;
  };
  disabled_accounts: {
    id: Generated<number>;
    /** In its one spelling: `canonicalAor`. */
    aor: string;
    reason: string;
    disabled_at: string;
    expires_at: string | null;
    auto_disabled: number;
    disabled_by: string;
    enabled_at: string | null;
    enable_reason: string | null;
    /** Generated: `aor` while it is disabled, and unique. */
    active_aor: ColumnType<string | null, never, never>;
  };
  whitelisted_ips: {
    id: Generated<number>;
    ip_address: string;
    description: string;
    created_at: string;
    created_by: string;
  };
  alert_config: {
    id: Generated<number>;
    event_type: string;
    severity: string;
    email_enabled: number;
    sms_enabled: number;
    webhook_url: string | null;
    cooldown_minutes: number;
    last_alert_time: string | null;
  };
  ip_reputation: {
    ip_address: string;
    country_code: string;
    is_vpn: number;
    is_proxy: number;
    is_tor: number;
    reputation_score: number;
    last_updated: string;
  };
  hourly_counts: { hour: string; failures: Counter; door_knocks: Counter; events: Counter; blocks: Counter };
  hourly_sources: {
    source_key: Uint8Array;
    hour: string;
    source_ip: string;
    failures: Counter;
    door_knocks: Counter;
    total: Counter;
    first_at: string;
    last_at: string;
  };
  hourly_accounts: {
    username: string;
    domain: string;
    hour: string;
    failures: Counter;
    first_at: string;
    last_at: string;
  };
}

/** What `failed_registrations` and `door_knock_attempts` have in common: the fields of a signal. */
export interface SignalColumns {
  id: Generated<number>;
  username: string;
  domain: string;
  source_ip: string;
  source_key: Uint8Array;
  source_port: number;
  user_agent: string;
  response_code: number;
  attempt_time: string;
  expires_header: number;
  method: string;
  request_uri: string;
  transport: string;
  proven: string;
  sensor: string;
  call_id: string;
  count: number;
}

/** Sizes of text columns in characters, cut to when written; the same on every engine. */
export const SIZES = {
  name: 255,
  aor: 511,
  text: 1024,
  address: 64,
  word: 32,
} as const;
