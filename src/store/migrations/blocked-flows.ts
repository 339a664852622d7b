import type { SqlDialect } from '../engine.ts';
import { SIZES } from '../schema.ts';

/** Blocks of single flows: port and protocol of the address; 0 and '' stand for all that comes from it. */
export function blockedFlows({ types: t, dropIndex }: SqlDialect): readonly string[] {
  return [
    'ALTER TABLE blocked_ips ADD COLUMN source_port INT NOT NULL DEFAULT 0',
    `ALTER TABLE blocked_ips ADD COLUMN transport ${t.text(SIZES.word)} NOT NULL DEFAULT ''`,
    'CREATE UNIQUE INDEX blocked_ips_target ON blocked_ips (active_target, source_port, transport)',
    dropIndex('blocked_ips', 'blocked_ips_active'),
  ];
}
