import {
  type Enforced,
  type EnforcedAccount,
  type Enforcer,
  EnforcerUnavailable,
  isInForce,
  longer,
} from '../enforcers/enforcer.ts';
import type { Address } from '../lib/address.ts';
import type { Clock } from '../lib/clock.ts';
import { Flow } from '../lib/flow.ts';
import type { Network } from '../lib/network.ts';
import { NetworkSet } from '../lib/network-set.ts';
import type { Target } from '../lib/target.ts';
import type { Block, DisabledAccount } from '../pipeline/decision.ts';
import { flowOf } from '../pipeline/flow-of.ts';
import type { Signal } from '../pipeline/signal.ts';
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
  /** By account. */
  readonly #disabled = new Map<string, EnforcedAccount>();
  #allowlist: readonly Network[] = [];
  #allowed = new NetworkSet();
  /** Since when each block is in force in some layer that really keeps out; flows by their text. */
  readonly #inForce = new NetworkSet<number>();
  readonly #flowsInForce = new Map<string, number>();
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

  get disabledAccounts(): number {
    return this.#disabled.size;
  }

  /** Whether some layer keeps single flows out. */
  get blocksFlows(): boolean {
    return this.#layers.some(({ unavailable, enforcer }) => !unavailable && enforcer.capabilities.flows);
  }

  /** Whether some layer really keeps accounts from calling. */
  get disablesAccounts(): boolean {
    return this.#accountLayers().some(({ enforcer }) => enforcer.capabilities.enforces);
  }

  async start(
    blocks: readonly Enforced[],
    allowlist: readonly Network[],
    disabled: readonly EnforcedAccount[] = [],
  ): Promise<readonly LayerResult[]> {
    for (const block of blocks) this.#blocks.set(block.target.text, block);
    for (const account of disabled) this.#disabled.set(account.aor, account);
    this.#noteAllowlist(allowlist);
    const begin = async (enforcer: Enforcer) => {
      await enforcer.start(within(enforcer, blocks), allowlist);
      await enforcer.accounts?.start(disabled);
    };
    const results = await this.#each(begin);
    this.#noteInForce(blocks, results);
    if (this.#layers.some((layer) => !layer.unavailable)) return results;
    await begin(this.#fallback);
    this.#layers.push(layerOf(this.#fallback));
    return results;
  }

  /** Resolves when every layer that knows accounts has done it or failed; never rejects. */
  disable(accounts: readonly DisabledAccount[]): Promise<readonly LayerResult[]> {
    for (const { aor, expiresAt } of accounts) {
      const known = this.#disabled.get(aor);
      this.#disabled.set(aor, known === undefined ? { aor, expiresAt } : longer(known, { aor, expiresAt }));
    }
    return this.#each((enforcer) => enforcer.accounts?.disable(accounts), this.#accountLayers());
  }

  enable(aors: readonly string[]): Promise<readonly LayerResult[]> {
    for (const aor of aors) this.#disabled.delete(aor);
    return this.#each((enforcer) => enforcer.accounts?.enable(aors), this.#accountLayers());
  }

  checkAccount(aor: string): Promise<readonly LayerCheck[]> {
    const layers = this.#layers.filter(({ enforcer }) => enforcer.accounts !== undefined);
    return ask(layers, async (enforcer) => (await enforcer.accounts?.check(aor)) === true);
  }

  /** Resolves when every layer has done it or failed; never rejects. */
  async add(blocks: readonly Block[]): Promise<readonly LayerResult[]> {
    const longer = blocks.filter((block) => this.#remember(block));
    if (longer.length === 0) return this.#layers.map(({ enforcer }) => ({ layer: enforcer.name, error: null }));
    const results = await this.#each((enforcer) => enforcer.add(within(enforcer, longer)));
    this.#noteInForce(longer, results);
    return results;
  }

  remove(targets: readonly Target[]): Promise<readonly LayerResult[]> {
    for (const target of targets) this.#forget(target);
    return this.#each((enforcer) => enforcer.remove(targets));
  }

  /** Blocks whose time has come end by themselves in layers that can, and are removed from the others. */
  async expire(): Promise<void> {
    const now = this.#clock();
    for (const account of this.#disabled.values()) {
      // Layers that know accounts end them by themselves.
      if (!isInForce(account, now)) this.#disabled.delete(account.aor);
    }
    const over = [...this.#blocks.values()].filter((block) => !isInForce(block, now));
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

  /** The block that some layer really keeps the sender out by; undefined if there is none, or it is allowlisted. */
  inForce(signal: Pick<Signal, 'address' | 'port' | 'transport'>): InForce | undefined {
    const held = this.#networkInForce(signal.address) ?? this.#flowInForce(signal);
    if (held === undefined || this.#allowed.match(signal.address) !== undefined) return undefined;
    const { target, since } = held;
    return { target, since, until: this.#blocks.get(target.text)?.expiresAt ?? Infinity };
  }

  check(subject: Address | Flow): Promise<readonly LayerCheck[]> {
    const layers = this.#layers.filter(({ enforcer }) => !(subject instanceof Flow) || enforcer.capabilities.flows);
    return ask(layers, (enforcer) => enforcer.check(subject));
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
      accounts: enforcer.accounts !== undefined,
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
    if (known !== undefined && !isInForce(known, this.#clock())) this.#noLongerInForce(block.target);
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
      if (!this.#blocks.has(target.text)) continue;
      if (target instanceof Flow) this.#flowsInForce.set(target.text, this.#flowsInForce.get(target.text) ?? now);
      else if (this.#inForce.get(target) === undefined) this.#inForce.set(target, now);
    }
  }

  #forget(target: Target): void {
    this.#blocks.delete(target.text);
    this.#noLongerInForce(target);
  }

  #noLongerInForce(target: Target): void {
    if (target instanceof Flow) this.#flowsInForce.delete(target.text);
    else this.#inForce.delete(target);
  }

  #networkInForce(address: Address): Pick<InForce, 'target' | 'since'> | undefined {
    const held = this.#inForce.size === 0 ? undefined : this.#inForce.match(address);
    return held && { target: held.network, since: held.value };
  }

  #flowInForce(signal: Pick<Signal, 'address' | 'port' | 'transport'>): Pick<InForce, 'target' | 'since'> | undefined {
    const flow = this.#flowsInForce.size === 0 ? undefined : flowOf(signal);
    const since = flow && this.#flowsInForce.get(flow.text);
    return flow === undefined || since === undefined ? undefined : { target: flow, since };
  }

  async #reconcileAll(): Promise<void> {
    const blocks = [...this.#blocks.values()];
    const results = await this.#each(async (enforcer, layer) => {
      const ofBlocks = await enforcer.reconcile(within(enforcer, blocks), this.#allowlist);
      const ofAccounts = await enforcer.accounts?.reconcile([...this.#disabled.values()]);
      const added = ofBlocks.added + (ofAccounts?.added ?? 0);
      const removed = ofBlocks.removed + (ofAccounts?.removed ?? 0);
      if (added + removed === 0) return;
      layer.repairs += added + removed;
      this.#onRepair(enforcer.name, added, removed);
    });
    if (this.#inForce.size + this.#flowsInForce.size < this.#blocks.size) this.#noteInForce(blocks, results);
  }

  #accountLayers(): readonly Layer[] {
    return this.#layers.filter(({ enforcer, unavailable }) => !unavailable && enforcer.accounts !== undefined);
  }

  #each(
    work: (enforcer: Enforcer, layer: Layer) => Promise<void> | undefined,
    layers: readonly Layer[] = this.#layers,
  ): Promise<LayerResult[]> {
    return Promise.all(
      layers.map(async (layer) => {
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

/** What of these blocks a layer can do. */
function within({ capabilities }: Enforcer, blocks: readonly Enforced[]): readonly Enforced[] {
  return capabilities.flows ? blocks : blocks.filter(({ target }) => !(target instanceof Flow));
}

/** Asks each layer itself. */
function ask(
  layers: readonly Layer[],
  question: (enforcer: Enforcer) => Promise<boolean>,
): Promise<readonly LayerCheck[]> {
  return Promise.all(
    layers.map(async ({ enforcer, unavailable, error: missing }) => {
      if (unavailable) return { layer: enforcer.name, blocked: null, error: missing };
      try {
        return { layer: enforcer.name, blocked: await question(enforcer), error: null };
      } catch (error) {
        return { layer: enforcer.name, blocked: null, error: messageOf(error) };
      }
    }),
  );
}

function layerOf(enforcer: Enforcer): Layer {
  return { enforcer, error: null, unavailable: false, repairs: 0 };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
