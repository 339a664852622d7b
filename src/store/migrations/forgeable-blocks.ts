import type { SqlDialect } from '../engine.ts';

/** Whether others may have sent what a block was decided for. Of older ones it is not known: they count as before. */
export function forgeableBlocks(_dialect: SqlDialect): readonly string[] {
  return ['ALTER TABLE blocked_ips ADD COLUMN forgeable SMALLINT NOT NULL DEFAULT 0'];
}
