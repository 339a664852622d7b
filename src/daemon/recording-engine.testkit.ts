import type { Address } from '../lib/address.ts';
import { Flow } from '../lib/flow.ts';
import { Network } from '../lib/network.ts';
import type { Target } from '../lib/target.ts';
import type { Block, DisabledAccount } from '../pipeline/decision.ts';
import { type Engine, type LayerCheck, type LayerResult, noEngine } from './engine.ts';

/** An engine with one layer in memory that can be made to fail: what operations asked of it can be looked at. */
export class RecordingEngine implements Engine {
  readonly blocks = new Map<string, Block>();
  readonly disabled = new Map<string, DisabledAccount>();
  /** Cleared: as if only a firewall were in use. */
  knowsAccounts = true;
  /** Cleared: as if no enforcer could keep a single port out. */
  blocksFlows = true;
  allowlistChanges = 0;
  /** Set: what has been decided and is still to be written. */
  unwritten: (() => Promise<void>) | undefined;
  /** Set: the layer fails with this. */
  failure: string | null = null;

  applyBlocks(blocks: readonly Block[]): Promise<readonly LayerResult[]> {
    if (this.failure === null) for (const block of blocks) this.blocks.set(block.target.text, block);
    return this.#result();
  }

  liftBlocks(targets: readonly Target[]): Promise<readonly LayerResult[]> {
    if (this.failure === null) for (const target of targets) this.blocks.delete(target.text);
    return this.#result();
  }

  disableAccounts(accounts: readonly DisabledAccount[]): Promise<readonly LayerResult[]> {
    if (this.failure === null) for (const account of accounts) this.disabled.set(account.aor, account);
    return this.#ofAccounts();
  }

  enableAccounts(aors: readonly string[]): Promise<readonly LayerResult[]> {
    if (this.failure === null) for (const aor of aors) this.disabled.delete(aor);
    return this.#ofAccounts();
  }

  checkAccount(aor: string): Promise<readonly LayerCheck[]> {
    const blocked = this.failure === null ? this.disabled.has(aor) : null;
    if (!this.knowsAccounts) return Promise.resolve([]);
    return Promise.resolve([{ layer: 'memory', blocked, error: this.failure }]);
  }

  allowlistChanged(): Promise<readonly LayerResult[]> {
    this.allowlistChanges++;
    return this.#result();
  }

  async recorded(): Promise<void> {
    await this.unwritten?.();
  }

  check(subject: Address | Flow): Promise<readonly LayerCheck[]> {
    const address = subject instanceof Flow ? subject.address : subject;
    const isIn = (text: string) => text === subject.text || Network.parse(text)?.contains(address) === true;
    const blocked = [...this.blocks.keys()].some(isIn);
    return Promise.resolve([{ layer: 'memory', blocked: this.failure === null ? blocked : null, error: this.failure }]);
  }

  health() {
    return { ...noEngine('enforce').health(), state: 'ok' as const, startedAt: 1_000 };
  }

  #ofAccounts(): Promise<readonly LayerResult[]> {
    return this.knowsAccounts ? this.#result() : Promise.resolve([]);
  }

  #result(): Promise<readonly LayerResult[]> {
    return Promise.resolve([{ layer: 'memory', error: this.failure }]);
  }
}
