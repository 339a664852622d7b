import { type Enforced, type Enforcer, EnforcerUnavailable, isInForce } from '../enforcers/enforcer.ts';
import type { Address } from '../lib/address.ts';
import type { Clock } from '../lib/clock.ts';
import type { Network } from '../lib/network.ts';
import { NetworkSet } from '../lib/network-set.ts';
import type { Block } from '../pipeline/decision.ts';
import type { InForce } from '../silence/still-heard.ts';
import type { LayerCheck, LayerResult } from './engine.ts';
import type { EnforcerHealth } from './health.ts';

export interface EnforcementOptions {
  readonly enforcers: readonly Enforcer[];
  /** Used if no layer can be: what would be kept out is at least remembered and shown. */
  readonly fallback: Enforcer;
  readonly clock: Clock;
  /** A layer failed; it is tried again at the next reconciliation. */
  readonly onFault: (layer: string, error: Error) => void;
  /** A layer did not hold what it should and was put right. */
  readonly onRepair: (layer: string, added: number, removed: number) => void;
}

interface Layer {
  readonly enforcer: Enforcer;
  error: string | null;
  /** The layer said at the start that it cannot be used here; it is not asked again. */
  unavailable: boolean;
  repairs: number;
}

/**
 * What shall be kept out now, and the layers that do it. A failing layer hides nothing of the others: it is reported,
 * and the next reconciliation brings it up to date.
 */
export class Enforcement {
  readonly #layers: Layer[];
  readonly #fallback: Enforcer;
  readonly #clock: Clock;
  readonly #onFault: EnforcementOptions['onFault'];
  readonly #onRepair: EnforcementOptions['onRepair'];
  /** By the text of the target. */
  readonly #blocks = new Map<string, Enforced>();
  #allowlist: readonly Network[] = [];
  #allowed = new NetworkSet();
  /** Since when each block is in force in some layer that really keeps out. */
  readonly #inForce = new NetworkSet<number>();
  #reconciling: Promise<void> | undefined;

  constructor(options: EnforcementOptions) {
    this.#layers = options.enforcers.map(layerOf);
    this.#fallback = options.fallback;
    this.#clock = options.clock;
    this.#onFault = options.onFault;
    this.#onRepair = options.onRepair;
  }

  /** Whether some layer really keeps out. */
  get enforces(): boolean {
    return this.#layers.some(({ unavailable, enforcer }) => !unavailable && enforcer.capabilities.enforces);
  }

  get size(): number {
    return this.#blocks.size;
  }

  async start(blocks: readonly Enforced[], allowlist: readonly Network[]): Promise<readonly LayerResult[]> {
    for (const block of blocks) this.#blocks.set(block.target.text, block);
    this.#noteAllowlist(allowlist);
    const results = await this.#each((enforcer) => enforcer.start(blocks, allowlist));
    this.#noteInForce(blocks, results);
    if (this.#layers.some((layer) => !layer.unavailable)) return results;
    await this.#fallback.start(blocks, allowlist);
    this.#layers.push(layerOf(this.#fallback));
    return results;
  }

  /** Resolves when every layer has done it or failed; never rejects. */
  async add(blocks: readonly Block[]): Promise<readonly LayerResult[]> {
    const longer = blocks.filter((block) => this.#remember(block));
    if (longer.length === 0) return this.#layers.map(({ enforcer }) => ({ layer: enforcer.name, error: null }));
    const results = await this.#each((enforcer) => enforcer.add(longer));
    this.#noteInForce(longer, results);
    return results;
  }

  remove(targets: readonly Network[]): Promise<readonly LayerResult[]> {
    for (const target of targets) this.#forget(target);
    return this.#each((enforcer) => enforcer.remove(targets));
  }

  /** Blocks whose time has come end by themselves in layers that can, and are removed from the others. */
  async expire(): Promise<void> {
    const now = this.#clock();
    const over = [...this.#blocks.values()].filter((block) => block.expiresAt !== undefined && block.expiresAt <= now);
    for (const { target } of over) this.#forget(target);
    const targets = over.map((block) => block.target);
    if (targets.length === 0) return;
    await this.#each(async (enforcer) => {
      if (!enforcer.capabilities.expires) await enforcer.remove(targets);
    });
  }

  allow(allowlist: readonly Network[]): Promise<readonly LayerResult[]> {
    this.#noteAllowlist(allowlist);
    return this.#each((enforcer) => enforcer.allow(allowlist));
  }

  /** The block that some layer really keeps this address out by; undefined if there is none, or it is allowlisted. */
  inForce(address: Address): InForce | undefined {
    const held = this.#inForce.size === 0 ? undefined : this.#inForce.match(address);
    if (held === undefined || this.#allowed.match(address) !== undefined) return undefined;
    const target = held.network.text;
    return { target, since: held.value, until: this.#blocks.get(target)?.expiresAt ?? Infinity };
  }

  check(address: Address): Promise<readonly LayerCheck[]> {
    return Promise.all(
      this.#layers.map(async ({ enforcer, unavailable, error: missing }) => {
        if (unavailable) return { layer: enforcer.name, blocked: null, error: missing };
        try {
          return { layer: enforcer.name, blocked: await enforcer.check(address), error: null };
        } catch (error) {
          return { layer: enforcer.name, blocked: null, error: messageOf(error) };
        }
      }),
    );
  }

  /** One at a time: a slow layer is not asked twice. */
  reconcile(): Promise<void> {
    this.#reconciling ??= this.#reconcileAll().finally(() => {
      this.#reconciling = undefined;
    });
    return this.#reconciling;
  }

  health(): readonly EnforcerHealth[] {
    return this.#layers.map(({ enforcer, error, repairs }) => ({
      name: enforcer.name,
      state: error === null ? 'ok' : 'failing',
      error,
      enforces: enforcer.capabilities.enforces,
      entries: this.#blocks.size,
      repairs,
      dropped: enforcer.dropped() ?? null,
    }));
  }

  async close(): Promise<void> {
    await this.#each((enforcer) => enforcer.close());
  }

  /** False if a block that lasts at least as long is in force. */
  #remember(block: Block): boolean {
    const known = this.#blocks.get(block.target.text);
    if (known !== undefined && (known.expiresAt ?? Infinity) >= (block.expiresAt ?? Infinity)) return false;
    if (known !== undefined && !isInForce(known, this.#clock())) this.#inForce.delete(block.target);
    this.#blocks.set(block.target.text, { target: block.target, expiresAt: block.expiresAt });
    return true;
  }

  #noteAllowlist(allowlist: readonly Network[]): void {
    this.#allowlist = [...allowlist];
    this.#allowed = new NetworkSet();
    for (const network of allowlist) this.#allowed.set(network, true);
  }

  /** What was lifted meanwhile is not in force any more. */
  #noteInForce(blocks: readonly Enforced[], results: readonly LayerResult[]): void {
    const isKeptOut = this.#layers.some(
      ({ enforcer }, index) => enforcer.capabilities.enforces && results[index]?.error === null,
    );
    if (!isKeptOut) return;
    const now = this.#clock();
    for (const { target } of blocks) {
      if (this.#blocks.has(target.text) && this.#inForce.get(target) === undefined) this.#inForce.set(target, now);
    }
  }

  #forget(target: Network): void {
    this.#blocks.delete(target.text);
    this.#inForce.delete(target);
  }

  async #reconcileAll(): Promise<void> {
    const blocks = [...this.#blocks.values()];
    const results = await this.#each(async (enforcer, layer) => {
      const repair = await enforcer.reconcile(blocks, this.#allowlist);
      if (repair.added + repair.removed === 0) return;
      layer.repairs += repair.added + repair.removed;
      this.#onRepair(enforcer.name, repair.added, repair.removed);
    });
    if (this.#inForce.size < this.#blocks.size) this.#noteInForce(blocks, results);
  }

  #each(work: (enforcer: Enforcer, layer: Layer) => Promise<void>): Promise<LayerResult[]> {
    return Promise.all(
      this.#layers.map(async (layer) => {
        if (layer.unavailable) return { layer: layer.enforcer.name, error: layer.error };
        try {
          await work(layer.enforcer, layer);
          layer.error = null;
        } catch (error) {
          layer.error = messageOf(error);
          layer.unavailable = error instanceof EnforcerUnavailable;
          this.#onFault(layer.enforcer.name, error instanceof Error ? error : new Error(String(error)));
        }
        return { layer: layer.enforcer.name, error: layer.error };
      }),
    );
  }
}

function layerOf(enforcer: Enforcer): Layer {
  return { enforcer, error: null, unavailable: false, repairs: 0 };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
