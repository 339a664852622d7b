import type { Config } from '../config/schema.ts';
import type { GeoBook } from '../intel/geo/geo-book.ts';
import type { Clock } from '../lib/clock.ts';
import type { Network } from '../lib/network.ts';
import type { EventType } from '../pipeline/finding.ts';
import type { Geography } from '../pipeline/intel.ts';
import type { EventRow, Retention, Store, StoredBlock } from '../store/store.ts';
import type { Engine } from './engine.ts';
import { aboutTarget } from './records.ts';

/** A part of the allowlist that stands in no table: the host itself, the configuration. */
export interface ImpliedEntry {
  readonly network: Network;
  readonly description: string;
}

/** Where addresses are, and how far that can be relied on. */
export type Places = Geography & Pick<GeoBook, 'databases' | 'staleAfterMs'>;

/** What operations work on. */
export interface OperationsContext {
  readonly store: Store;
  readonly engine: Engine;
  /** Whether `engine` is a running daemon. */
  readonly daemon: boolean;
  readonly clock: Clock;
  /** Asked for when it is needed: without a daemon its files have to be read first. */
  readonly geography: () => Promise<Places>;
  readonly retention: Retention;
  readonly stateDir: string;
  readonly config: Pick<Config, 'web' | 'opensips' | 'sources' | 'enforcers'>;
  /** Asked each time: interfaces come and go. */
  readonly implied: () => readonly ImpliedEntry[];
  /** Whether the account is never disabled. */
  readonly exemptsAccount: (aor: string) => boolean;
}

const PAGE = 10_000;

/** All blocks in force, a page at a time. */
export async function* activeBlocks(store: Store, at: number): AsyncGenerator<StoredBlock> {
  let after = 0;
  while (true) {
    const page = await store.activeBlocks(at, after, PAGE);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.id;
  }
}

/** The record of an operator's action on an address. */
export function actionEvent(type: EventType, target: string, at: number, description: string, by: string): EventRow {
  const { details, ...about } = aboutTarget(target, description);
  return {
    ...about,
    identity: `${type}:${target}:${at}`,
    type,
    severity: 'info',
    aor: '',
    at,
    details: { by, ...(details as object | null) },
  };
}

/** The record of an operator's action on an account. */
export function accountEvent(type: EventType, aor: string, at: number, description: string, by: string): EventRow {
  return { ...actionEvent(type, '', at, description, by), identity: `${type}:${aor}:${at}`, aor };
}

export const WITHOUT_DAEMON = 'No daemon is running: recorded only, enforced when sipward runs.';
export const IN_DRY_RUN = 'Enforcement is dry-run: decided and recorded, but nobody is kept out.';

/** What an operator should know about how far a block reaches now. */
export function reachNotes({ daemon, engine }: OperationsContext): readonly string[] {
  if (!daemon) return [WITHOUT_DAEMON];
  return engine.health().enforcement === 'dry-run' ? [IN_DRY_RUN] : [];
}
