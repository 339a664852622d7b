import type { SqlDialect } from '../engine.ts';
import { SIZES } from '../schema.ts';

/** Accounts kept from calling, in force or past. */
export function disabledAccounts({ types: t }: SqlDialect): readonly string[] {
  const name = t.text(SIZES.name);
  const text = t.text(SIZES.text);
  const aor = t.text(SIZES.aor);
  return [
    `CREATE TABLE IF NOT EXISTS disabled_accounts (
    id ${t.id},
    aor ${aor} NOT NULL,
    reason ${text} NOT NULL,
    disabled_at ${t.time} NOT NULL,
    expires_at ${t.time},
    auto_disabled SMALLINT NOT NULL,
    disabled_by ${name} NOT NULL,
    enabled_at ${t.time},
    enable_reason ${text},
    active_aor ${aor} GENERATED ALWAYS AS (CASE WHEN enabled_at IS NULL THEN aor END) VIRTUAL)${t.table}`,
    'CREATE UNIQUE INDEX disabled_accounts_active ON disabled_accounts (active_aor)',
    'CREATE INDEX disabled_accounts_end ON disabled_accounts (enabled_at, expires_at)',
    'CREATE INDEX disabled_accounts_open ON disabled_accounts (enabled_at, id)',
    'CREATE INDEX disabled_accounts_account ON disabled_accounts (aor, disabled_at)',
  ];
}
