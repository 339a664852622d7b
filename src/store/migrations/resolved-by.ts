import type { SqlDialect } from '../engine.ts';
import { SIZES } from '../schema.ts';

/** Who marked an event as resolved. */
export function resolvedBy({ types: t }: SqlDialect): readonly string[] {
  return [`ALTER TABLE security_events ADD COLUMN resolved_by ${t.text(SIZES.name)}`];
}
