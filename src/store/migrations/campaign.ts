import type { SqlDialect } from '../engine.ts';
import { SIZES } from '../schema.ts';

/** Events know the campaign they belong to. The index counts a campaign's events and sources without its rows. */
export function campaign({ types: t }: SqlDialect): readonly string[] {
  return [
    `ALTER TABLE security_events ADD COLUMN campaign ${t.text(SIZES.word)}`,
    'CREATE INDEX security_events_campaign ON security_events (campaign, event_time, event_type, source_ip)',
  ];
}
