import type { Address } from '../../lib/address.ts';
import type { Clock } from '../../lib/clock.ts';
import { forEachConcurrently } from '../../lib/concurrently.ts';
import { Flow } from '../../lib/flow.ts';
import { Network } from '../../lib/network.ts';
import { isCounted } from '../../lib/opensips/block-key.ts';
import { MiClient } from '../../lib/opensips/mi-client.ts';
import type { Target } from '../../lib/target.ts';
import { Turns } from '../../lib/turns.ts';
import { type Enforced, type Enforcer, type EnforcerContext, isInForce, longer, type Repair } from '../enforcer.ts';
import { OpensipsAccounts } from './accounts.ts';
import { AddressTables } from './address-tables.ts';
import { BlockCache } from './block-cache.ts';
import type { OpensipsEnforcerConfig } from './config.ts';

/** As many calls as OpenSIPS' MI answers at the same time. */
const CALLS_AT_ONCE = 8;
/** A full comparison takes a second at 100,000 blocks: it is followed by a pause so many times as long. */
const COMPARISON_PAUSE = 100;
/** How far the end that OpenSIPS tells may be off before it counts as wrong. */
const END_TOLERANCE_MS = 2_000;

/** What changes while a comparison waits or runs: newer than what that was given, so it is left as it is. */
interface Changes {
  readonly targets: Set<string>;
  allowlist: boolean;
}

/**
 * Refuses blocked sources in OpenSIPS' own memory, also where the kernel is out of reach.
 *
 * The book says what should be there; callers change the book, and one flush at a time writes what the book then says
 * of all targets that changed, so the order in which calls were made needs no care.
 */
export class OpensipsMemory implements Enforcer {
  readonly name = 'opensips';
  readonly capabilities = { expires: true, networks: true, flows: true, enforces: true };
  readonly accounts: OpensipsAccounts;
  readonly #mi: MiClient;
  readonly #cache: BlockCache;
  readonly #tables: AddressTables;
  readonly #clock: Clock;
  readonly #writing = new Turns();
  /** By the target's text. Bounded by the blocks in force: what has ended is forgotten by `reconcile`. */
  #book = new Map<string, Enforced>();
  #allowlist: readonly Network[] = [];
  /** What was last written to the table of networks and flows. */
  #tabled: readonly Enforced[] = [];
  #dirty = new Map<string, Target>();
  #flush: Promise<void> | undefined;
  readonly #comparisons = new Set<Changes>();
  #nextComparisonAt = 0;

  constructor(config: OpensipsEnforcerConfig, context: Pick<EnforcerContext, 'clock' | 'onFault'>) {
    this.#mi = new MiClient(config.mi);
    this.accounts = new OpensipsAccounts(this.#mi, context);
    this.#cache = new BlockCache(this.#mi);
    this.#tables = new AddressTables(this.#mi, config.dir);
    this.#clock = context.clock;
  }

  async start(blocks: readonly Enforced[], allowlist: readonly Network[]): Promise<void> {
    this.#book = new Map();
    for (const block of blocks) this.#extend(block);
    this.#allowlist = [...allowlist];
    await this.#writing.take(() => this.#restore());
  }

  async add(blocks: readonly Enforced[]): Promise<void> {
    const targets = blocks.filter((block) => this.#extend(block)).map((block) => block.target);
    await this.#write(targets);
  }

  async remove(targets: readonly Target[]): Promise<void> {
    for (const target of targets) this.#book.delete(target.text);
    await this.#write(targets);
  }

  async allow(allowlist: readonly Network[]): Promise<void> {
    this.#allowlist = [...allowlist];
    for (const changes of this.#comparisons) changes.allowlist = true;
    await this.#writing.take(() => this.#tables.writeAllowed(this.#allowlist, this.#clock()));
  }

  async check(subject: Address | Flow): Promise<boolean> {
    const address = subject instanceof Flow ? subject.address : subject;
    if (await this.#tables.isTrusted(address)) return false;
    const now = this.#clock();
    if (await this.#cache.has(Network.counted(address), now)) return true;
    for (const target of await this.#tables.matching(subject)) if (await this.#cache.has(target, now)) return true;
    return false;
  }

  list(): Promise<readonly Enforced[]> {
    return this.#cache.list(this.#clock());
  }

  async reconcile(blocks: readonly Enforced[], allowlist: readonly Network[]): Promise<Repair> {
    const changes: Changes = { targets: new Set(this.#dirty.keys()), allowlist: false };
    this.#comparisons.add(changes);
    try {
      return await this.#writing.take(() => this.#reconcile(changes, blocks, allowlist));
    } finally {
      this.#comparisons.delete(changes);
    }
  }

  dropped(): undefined {
    return undefined;
  }

  async close(): Promise<void> {
    await this.accounts.settled();
    await this.#writing.take(async () => this.#mi.close());
  }

  /** A longer time extends, a shorter one does not shorten. @returns whether it is one to keep out */
  #extend(block: Enforced): boolean {
    if (!isInForce(block, this.#clock())) return false;
    const known = this.#book.get(block.target.text);
    this.#book.set(block.target.text, known === undefined ? block : longer(known, block));
    return true;
  }

  /** Resolves when OpenSIPS holds of these targets what the book says. */
  async #write(targets: readonly Target[]): Promise<void> {
    if (targets.length === 0) return;
    for (const target of targets) {
      this.#dirty.set(target.text, target);
      for (const changes of this.#comparisons) changes.targets.add(target.text);
    }
    this.#flush ??= this.#writing.take(() => {
      const dirty = [...this.#dirty.values()];
      this.#dirty = new Map();
      this.#flush = undefined;
      return this.#change(dirty);
    });
    await this.#flush;
  }

  async #change(targets: readonly Target[]): Promise<void> {
    const now = this.#clock();
    await forEachConcurrently(targets, CALLS_AT_ONCE, (target) => {
      const block = this.#book.get(target.text);
      return block !== undefined && isInForce(block, now) ? this.#cache.put(block, now) : this.#cache.delete(target);
    });
    if (!targets.every(isCounted)) await this.#writeTable(now);
  }

  /** Networks and flows, which have no key of their own. */
  async #writeTable(now: number): Promise<void> {
    const blocks = [...this.#book.values()].filter((block) => !isCounted(block.target) && isInForce(block, now));
    await this.#tables.writeBlocked(
      blocks.map((block) => block.target),
      now,
    );
    this.#tabled = blocks;
  }

  /** OpenSIPS comes to hold exactly what the book says: the allowlist first, what is missing before what is too much. */
  async #restore(): Promise<void> {
    const now = this.#clock();
    await this.#tables.writeAllowed(this.#allowlist, now);
    await this.#writeTable(now);
    const surplus = (await this.#cache.list(now)).filter(({ target }) => !this.#book.has(target.text));
    await this.#change([...this.#book.values(), ...surplus].map(({ target }) => target));
    await this.#cache.markFilled();
  }

  async #reconcile(changes: Changes, blocks: readonly Enforced[], allowlist: readonly Network[]): Promise<Repair> {
    if (!(await this.#cache.isFilled())) {
      this.#takeOver(changes, blocks);
      if (!changes.allowlist) this.#allowlist = [...allowlist];
      await this.#restore();
      return { added: this.#book.size, removed: 0 };
    }
    if (!changes.allowlist && !sameNetworks(this.#allowlist, allowlist)) {
      this.#allowlist = [...allowlist];
      await this.#tables.writeAllowed(this.#allowlist, this.#clock());
    }
    const now = this.#clock();
    // OpenSIPS looks no further than the first match, which must not be one that has ended.
    if (this.#tabled.some((block) => !isInForce(block, now))) await this.#writeTable(now);
    return now < this.#nextComparisonAt ? { added: 0, removed: 0 } : this.#compare(changes, blocks);
  }

  /** The book becomes what the caller says should be in force, but for what has changed since. */
  #takeOver({ targets }: Changes, blocks: readonly Enforced[]): void {
    const now = this.#clock();
    const given = blocks.filter((block) => isInForce(block, now) && !targets.has(block.target.text));
    const changed = [...targets].flatMap((text) => this.#book.get(text) ?? []);
    this.#book = new Map([...given, ...changed].map((block) => [block.target.text, block]));
  }

  async #compare(changes: Changes, blocks: readonly Enforced[]): Promise<Repair> {
    const startedAt = this.#clock();
    this.#takeOver(changes, blocks);
    const held = new Map((await this.#cache.list(startedAt)).map((block) => [block.target.text, block]));
    const now = this.#clock();
    const missing = [...this.#book.values()].filter((block) => !isHeld(block, held.get(block.target.text), now));
    const surplus = [...held.values()].filter(
      (block) => !this.#book.has(block.target.text) && isInForce(block, now + END_TOLERANCE_MS),
    );
    const targets = [...missing, ...surplus].map((block) => block.target);
    if (targets.length > 0) await this.#change(targets);
    this.#nextComparisonAt = this.#clock() + COMPARISON_PAUSE * (this.#clock() - startedAt);
    return { added: missing.length, removed: surplus.length };
  }
}

function isHeld(wanted: Enforced, held: Enforced | undefined, now: number): boolean {
  if (!isInForce(wanted, now + END_TOLERANCE_MS)) return true;
  if (held === undefined) return false;
  if (wanted.expiresAt === undefined || held.expiresAt === undefined) return wanted.expiresAt === held.expiresAt;
  return Math.abs(wanted.expiresAt - held.expiresAt) <= END_TOLERANCE_MS;
}

function sameNetworks(some: readonly Network[], others: readonly Network[]): boolean {
  return some.length === others.length && some.every((network, index) => network.text === others[index]?.text);
}
