/** What the two threads of a store say to each other. Rows travel as JSON text: measured, that costs the caller less than structured clone. */

import type { StoreConfig } from './config.ts';
import type { Store } from './store.ts';
import { StoreError, type StoreErrorCode } from './store-error.ts';

export const STORE_METHODS = [
  'commit',
  'positions',
  'recentSignals',
  'addEvents',
  'events',
  'foldedEvents',
  'campaigns',
  'campaignsOfBlocked',
  'resolveEvent',
  'addBlocks',
  'activeBlocks',
  'activeBlocksOn',
  'endBlocks',
  'expireBlocks',
  'blockHistory',
  'disableAccounts',
  'disabledAccounts',
  'disabledAccount',
  'enableAccounts',
  'expireDisabled',
  'allow',
  'disallow',
  'allowlist',
  'alertRules',
  'setAlertRule',
  'alerted',
  'reputations',
  'stats',
  'dossier',
  'prune',
  'status',
  'close',
] as const satisfies readonly (keyof Store)[];
export type StoreMethod = (typeof STORE_METHODS)[number];

export interface WorkerStart {
  readonly config: StoreConfig;
  readonly stateDir: string;
}

export interface StoreCall {
  readonly id: number;
  readonly method: StoreMethod;
  /** JSON array of the arguments. */
  readonly parameters: string;
}

/** The answer to the call of this id; id 0 says that the database is open, or why not. */
export interface StoreAnswer {
  readonly id: number;
  /** JSON of the result; undefined for none. */
  readonly result?: string | undefined;
  readonly error?: { readonly code: StoreErrorCode; readonly message: string; readonly stack: string | undefined };
}

export const OPENED = 0;

export function errorAnswer(id: number, error: unknown): StoreAnswer {
  const failure = error instanceof StoreError ? error : new StoreError('store_failed', String(error), { cause: error });
  const cause = failure.cause instanceof Error ? failure.cause.stack : failure.stack;
  return { id, error: { code: failure.code, message: failure.message, stack: cause } };
}

/** The error of an answer. What happened in the other thread is its cause. */
export function answeredError(error: NonNullable<StoreAnswer['error']>): StoreError {
  const cause = new Error(error.message);
  if (error.stack !== undefined) cause.stack = error.stack;
  return new StoreError(error.code, error.message, { cause });
}
