import { type ExpressionBuilder, type ExpressionWrapper, type SqlBool, sql } from 'kysely';
import { Network } from '../lib/network.ts';
import { networkKeys } from './address-key.ts';
import type { SqlDialect } from './engine.ts';
import type { Schema } from './schema.ts';
import type { EventFilter } from './store.ts';

type Events = ExpressionBuilder<Schema, 'security_events'>;
type Condition = ExpressionWrapper<Schema, 'security_events', SqlBool>;

/** The condition that a filter puts on events, whatever its limit. */
export function matching(dialect: SqlDialect, filter: EventFilter): (e: Events) => Condition {
  const { type, severity, since, resolved, campaign, source } = filter;
  return (e) =>
    e.and([
      ...given(type, (value) => e('event_type', '=', value)),
      ...given(severity, (value) => e('severity', '=', value)),
      ...given(since, (value) => e('event_time', '>=', dialect.time(value))),
      ...given(resolved, (value) => e('resolved', '=', value ? 1 : 0)),
      ...given(campaign, (value) => (value === null ? e('campaign', 'is', null) : e('campaign', '=', value))),
      ...given(source, (value) => about(e, value)),
    ]);
}

function given<T, U>(value: T | undefined, condition: (value: T) => U): U[] {
  return value === undefined ? [] : [condition(value)];
}

function about(e: Events, source: string) {
  const network = Network.parse(source);
  if (network === undefined) return sql<SqlBool>`1 = 0`;
  if (network.isSingle) return e('source_ip', '=', network.text);
  const [first, last] = networkKeys(network);
  return e.and([e('source_key', '>=', first), e('source_key', '<=', last)]);
}
