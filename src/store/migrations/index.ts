import type { SqlDialect } from '../engine.ts';
import { blockedFlows } from './blocked-flows.ts';
import { campaign } from './campaign.ts';
import { disabledAccounts } from './disabled-accounts.ts';
import { forgeableBlocks } from './forgeable-blocks.ts';
import { initial } from './initial.ts';
import { resolvedBy } from './resolved-by.ts';

/** In order; the version of a schema is how many of them it has had. Never change one that was released: add one. */
export const MIGRATIONS: readonly ((dialect: SqlDialect) => readonly string[])[] = [
  initial,
  campaign,
  disabledAccounts,
  resolvedBy,
  forgeableBlocks,
  blockedFlows,
];

export const LATEST_VERSION = MIGRATIONS.length;
