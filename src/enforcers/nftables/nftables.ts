import type { Address } from '../../lib/address.ts';
import type { Flow } from '../../lib/flow.ts';
import type { Network } from '../../lib/network.ts';
import type { Target } from '../../lib/target.ts';
import { Turns } from '../../lib/turns.ts';
import { type Enforced, type Enforcer, type EnforcerContext, isInForce, type Repair } from '../enforcer.ts';
import { Book } from './book.ts';
import { Comparison, type Difference } from './comparison.ts';
import type { NftablesConfig } from './config.ts';
import { ConnectionEnder } from './connections.ts';
import { check, type Damage, inspect, readHeld } from './inspection.ts';
import { Kernel } from './kernel.ts';

/** A full comparison takes a second at 100,000 blocks: it is followed by a pause so many times as long. */
const COMPARISON_PAUSE = 100;
/** How far the kernel's idea of an end may be off: its clock is not ours. */
const END_TOLERANCE_MS = 2_000;
/** Above this, blocks miss their 50 ms. */
const SLOW_CHANGE_MS = 50;
const NOTHING: Repair = { added: 0, removed: 0 };

/**
 * Drops packets of blocked sources in the kernel.
 *
 * The book says what should be there; callers change the book and mark targets as dirty; one flush at a time writes
 * what the book then says of all dirty targets. So the order in which calls were made needs no care, and whatever is
 * queued meanwhile goes out as one transaction.
 */
export class Nftables implements Enforcer {
  readonly name = 'nftables';
  readonly capabilities = { expires: true, networks: true, flows: true, enforces: true };
  readonly #config: NftablesConfig;
  readonly #context: Pick<EnforcerContext, 'clock' | 'onFault'>;
  readonly #kernel: Kernel;
  readonly #ender: ConnectionEnder;
  readonly #book = new Book();
  readonly #writing = new Turns();
  readonly #reconciling = new Turns();
  #allowlist: readonly Network[] = [];
  #dirty = new Map<string, Target>();
  /** Will write what is dirty; undefined when nothing is. */
  #flush: Promise<void> | undefined;
  /** Those under way: told of every change. */
  readonly #comparisons = new Set<Comparison>();
  #nextComparisonAt = 0;
  #dropped: number | undefined;

  constructor(config: NftablesConfig, context: Pick<EnforcerContext, 'clock' | 'onFault'>) {
    this.#config = { ...config };
    this.#context = { ...context };
    this.#kernel = new Kernel(this.#config, this.#context.onFault);
    this.#ender = new ConnectionEnder(this.#config, this.#context.onFault);
  }

  start(blocks: readonly Enforced[], allowlist: readonly Network[]): Promise<void> {
    this.#book.replace(blocks, this.#context.clock());
    this.#allowlist = [...allowlist];
    return this.#writing.take(async () => {
      await this.#restore();
      await this.#tellIfSlow();
    });
  }

  async add(blocks: readonly Enforced[]): Promise<void> {
    const now = this.#context.clock();
    const targets = blocks.filter((block) => this.#book.extend(block, now)).map((block) => block.target);
    await this.#write(targets);
    if (this.#config['end-connections'] && targets.length > 0) this.#ender.end(targets, this.#allowlist);
  }

  async remove(targets: readonly Target[]): Promise<void> {
    for (const target of targets) this.#book.delete(target);
    await this.#write(targets);
  }

  allow(allowlist: readonly Network[]): Promise<void> {
    for (const comparison of this.#comparisons) comparison.touchAllowlist();
    return this.#allow(allowlist);
  }

  check(subject: Address | Flow): Promise<boolean> {
    return check(this.#config, this.#kernel.written, subject);
  }

  async list(): Promise<readonly Enforced[]> {
    const found: Enforced[] = [];
    await readHeld(this.#config, this.#context.clock(), ({ purpose, target, expiresAt }) => {
      if (purpose === 'block') found.push({ target, expiresAt });
    });
    return found;
  }

  async reconcile(blocks: readonly Enforced[], allowlist: readonly Network[]): Promise<Repair> {
    const comparison = new Comparison(this.#book);
    this.#comparisons.add(comparison);
    try {
      return await this.#reconciling.take(() => this.#reconcile(comparison, blocks, allowlist));
    } finally {
      this.#comparisons.delete(comparison);
    }
  }

  dropped(): number | undefined {
    return this.#dropped;
  }

  async close(): Promise<void> {
    await this.#ender.settled();
    await this.#writing.take(() => this.#kernel.close());
  }

  #allow(allowlist: readonly Network[]): Promise<void> {
    this.#allowlist = [...allowlist];
    return this.#writing.take(() => this.#orRestore(() => this.#kernel.allow(this.#allowlist)));
  }

  /** Resolves when the kernel holds of these targets what the book says. */
  async #write(targets: readonly Target[]): Promise<void> {
    if (targets.length === 0) return;
    for (const target of targets) {
      this.#dirty.set(target.text, target);
      for (const comparison of this.#comparisons) comparison.touch(target);
    }
    this.#flush ??= this.#writing.take(() => this.#flushDirty());
    await this.#flush;
  }

  async #flushDirty(): Promise<void> {
    const targets = [...this.#dirty.values()];
    this.#dirty = new Map();
    this.#flush = undefined;
    await this.#orRestore(() => this.#change(targets));
  }

  /** A change is refused when somebody has taken away what it was to go into. */
  async #orRestore(change: () => Promise<void>): Promise<void> {
    try {
      await change();
    } catch (cause) {
      const message = 'nftables: a change was refused, so everything is put in place again';
      this.#context.onFault(new Error(message, { cause }));
      await this.#restore();
    }
  }

  async #change(targets: readonly Target[]): Promise<void> {
    const now = this.#context.clock();
    const changes = targets.map((target) => {
      const block = this.#book.get(target);
      return { target, block: block !== undefined && isInForce(block, now) ? block : undefined };
    });
    await this.#kernel.change(changes, now);
  }

  /** The kernel becomes what the book says. */
  async #restore(): Promise<void> {
    const now = this.#context.clock();
    const blocks = [...this.#book.values().filter((block) => isInForce(block, now))];
    if (await this.#kernel.restore(blocks, this.#allowlist, now)) return;
    const { missing, surplus } = await this.#findDifference(new Comparison(this.#book));
    await this.#change([...surplus, ...missing]);
  }

  /** With each change nft fetches all interval sets of the host, also those of others. */
  async #tellIfSlow(): Promise<void> {
    const took = await this.#kernel.changeMs(this.#context.clock);
    if (took < SLOW_CHANGE_MS) return;
    const reason = 'nft reads all interval sets of this host each time, so keep large lists of networks elsewhere';
    this.#context.onFault(new Error(`nftables: each change takes ${took} ms: ${reason}`));
  }

  async #reconcile(
    comparison: Comparison,
    blocks: readonly Enforced[],
    allowlist: readonly Network[],
  ): Promise<Repair> {
    if (!comparison.isAllowlistTouched && !sameNetworks(this.#allowlist, allowlist)) await this.#allow(allowlist);
    const { written } = this.#kernel;
    const { damage, droppedPackets } = await inspect(this.#config, written);
    this.#dropped = droppedPackets ?? this.#dropped;
    // What was written meanwhile by ourselves is no damage, and what is being written is known only when it has ended.
    if (damage !== undefined) await this.#writing.take(async () => {});
    if (damage !== undefined && written === this.#kernel.written) {
      await comparison.takeOver(blocks, this.#context.clock());
      return this.#repair(damage);
    }
    return this.#context.clock() < this.#nextComparisonAt ? NOTHING : this.#compare(comparison, blocks);
  }

  async #repair(damage: Damage): Promise<Repair> {
    await this.#writing.take(() => this.#restore());
    if (damage.layout) return { added: Math.max(1, this.#book.size), removed: 0 };
    const flushed = damage.flushed.reduce((sum, set) => sum + this.#book.sizeOf(set), 0);
    return { added: Math.max(1, flushed), removed: 0 };
  }

  async #compare(comparison: Comparison, blocks: readonly Enforced[]): Promise<Repair> {
    const startedAt = this.#context.clock();
    try {
      // What was under way at the call is in the book and perhaps not yet in the kernel.
      await this.#writing.take(async () => {});
      await comparison.takeOver(blocks, startedAt);
      const { missing, surplus, allowed } = await this.#findDifference(comparison);
      await this.#write([...missing, ...surplus]);
      if (allowed.length > 0) await this.#allow(this.#allowlist);
      return { added: missing.length, removed: surplus.length + allowed.length };
    } finally {
      const now = this.#context.clock();
      this.#book.forgetEnded(now);
      this.#nextComparisonAt = now + COMPARISON_PAUSE * (now - startedAt);
    }
  }

  /** Also who was put into the allowlist by somebody else. */
  async #findDifference(comparison: Comparison): Promise<Difference & { readonly allowed: readonly Target[] }> {
    const now = this.#context.clock();
    const tolerance = () => END_TOLERANCE_MS + this.#context.clock() - now;
    const { written } = this.#kernel;
    const allowlist = new Set(written.allowlist.map((network) => network.text));
    const allowed: Target[] = [];
    await readHeld(this.#config, now, (held) => {
      if (held.purpose === 'block') comparison.see(held, tolerance(), now);
      else if (!allowlist.has(held.target.text)) allowed.push(held.target);
    });
    const difference = await comparison.finish(tolerance(), now);
    return { ...difference, allowed: written === this.#kernel.written ? allowed : [] };
  }
}

function sameNetworks(some: readonly Network[], others: readonly Network[]): boolean {
  return some.length === others.length && some.every((network, index) => network.text === others[index]?.text);
}
