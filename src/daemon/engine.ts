import type { Address } from '../lib/address.ts';
import type { Flow } from '../lib/flow.ts';
import type { Target } from '../lib/target.ts';
import type { Block, DisabledAccount } from '../pipeline/decision.ts';
import type { Health } from './health.ts';

/** What one layer (an enforcer) did with a request. */
export interface LayerResult {
  readonly layer: string;
  /** null: done. Else why not; the engine goes on trying. */
  readonly error: string | null;
}

/** Whether one layer keeps an address out, asked of the layer itself. */
export interface LayerCheck {
  readonly layer: string;
  /** null: it could not be asked. */
  readonly blocked: boolean | null;
  readonly error: string | null;
}

/**
 * The running daemon, as far as an operator's requests reach into it. Every call is idempotent, and returns instead of
 * throwing when a layer fails: one broken layer must not hide what the others did.
 */
export interface Engine {
  /** Whether some layer keeps single flows out. */
  readonly blocksFlows: boolean;
  /** Called before the block is stored: a block is enforced first and written second. */
  applyBlocks(blocks: readonly Block[]): Promise<readonly LayerResult[]>;
  /** Lifts from every layer. Targets that no layer knows are no error. */
  liftBlocks(targets: readonly Target[]): Promise<readonly LayerResult[]>;
  /** Called before it is stored. Of the layers that know accounts. */
  disableAccounts(accounts: readonly DisabledAccount[]): Promise<readonly LayerResult[]>;
  enableAccounts(aors: readonly string[]): Promise<readonly LayerResult[]>;
  /** Called after the stored allowlist changed: read it again, tell policy and every layer. */
  allowlistChanged(): Promise<readonly LayerResult[]>;
  /**
   * Resolves when what was decided up to now is in the store, or cannot be written for now: a block is enforced first
   * and written second, so the store may not know it yet.
   */
  recorded(): Promise<void>;
  /** Asks every layer about this very address, or those that know flows about this flow. */
  check(subject: Address | Flow): Promise<readonly LayerCheck[]>;
  /** Asks every layer that knows accounts about this one. */
  checkAccount(aor: string): Promise<readonly LayerCheck[]>;
  health(): Health;
}

/** Stands in when no daemon runs: there is nothing to tell, and nothing is enforced. */
export function noEngine(enforcement: Health['enforcement']): Engine {
  const nothing = () => Promise.resolve([]);
  return {
    blocksFlows: true,
    applyBlocks: nothing,
    liftBlocks: nothing,
    disableAccounts: nothing,
    enableAccounts: nothing,
    allowlistChanged: nothing,
    recorded: () => Promise.resolve(),
    check: nothing,
    checkAccount: nothing,
    health: () => ({
      state: 'stopped',
      startedAt: null,
      enforcement,
      sources: [],
      detectors: [],
      enforcers: [],
      signals: 0,
      findings: 0,
      tooLate: 0,
      uncommitted: 0,
      activeBlocks: 0,
      disabledAccounts: 0,
      problems: [],
      warnings: [],
      remarks: [],
    }),
  };
}
