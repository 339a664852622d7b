import { z } from 'zod';
import type { Address } from '../../lib/address.ts';
import type { Clock } from '../../lib/clock.ts';
import { Flow } from '../../lib/flow.ts';
import { Network } from '../../lib/network.ts';
import type { Target } from '../../lib/target.ts';
import { type Enforced, type Enforcer, type EnforcerContext, isInForce, longer, type Repair } from '../enforcer.ts';
import { DryRunAccounts } from './dry-run-accounts.ts';

export const dryRunConfig = z
  .strictObject({
    'max-entries': z
      .int()
      .min(1)
      .max(10_000_000)
      .default(100_000)
      .describe('Blocks remembered at most; the one added longest ago is forgotten first. Default 100000.'),
  })
  .prefault({})
  .describe('Drops nothing: remembers what would be kept out. The default, for looking before leaping.');

export type DryRunConfig = z.output<typeof dryRunConfig>;

/** Remembers what would be kept out and drops nothing. */
export class DryRun implements Enforcer {
  readonly name = 'dry-run';
  readonly capabilities = { expires: true, networks: true, flows: true, enforces: false };
  readonly accounts: DryRunAccounts;
  readonly #maxEntries: number;
  readonly #clock: Clock;
  /** By the target's text, the one added longest ago first. */
  #entries = new Map<string, Enforced>();
  #allowlist: readonly Network[] = [];
  #evicted = 0;

  constructor(config: DryRunConfig, context: Pick<EnforcerContext, 'clock'>) {
    this.#maxEntries = config['max-entries'];
    this.#clock = context.clock;
    this.accounts = new DryRunAccounts(context.clock);
  }

  /** How many blocks were forgotten before their time because the memory was full. */
  get evicted(): number {
    return this.#evicted;
  }

  async start(blocks: readonly Enforced[], allowlist: readonly Network[]): Promise<void> {
    this.#entries = new Map();
    this.#allowlist = [...allowlist];
    await this.add(blocks);
  }

  async add(blocks: readonly Enforced[]): Promise<void> {
    const now = this.#clock();
    for (const block of blocks) this.#put(block, now);
  }

  async remove(targets: readonly Target[]): Promise<void> {
    for (const target of targets) this.#entries.delete(target.text);
  }

  async allow(allowlist: readonly Network[]): Promise<void> {
    this.#allowlist = [...allowlist];
  }

  async check(subject: Address | Flow): Promise<boolean> {
    const address = subject instanceof Flow ? subject.address : subject;
    if (this.#allowlist.some((network) => network.contains(address))) return false;
    const bits = address.family === 4 ? 32 : 128;
    const around = Array.from({ length: bits + 1 }, (_, length) => Network.of(address, length).text);
    const now = this.#clock();
    return [subject.text, ...around].some((text) => {
      const block = this.#entries.get(text);
      return block !== undefined && isInForce(block, now);
    });
  }

  async list(): Promise<readonly Enforced[]> {
    const now = this.#clock();
    return [...this.#entries.values()].filter((block) => isInForce(block, now));
  }

  async reconcile(blocks: readonly Enforced[], allowlist: readonly Network[]): Promise<Repair> {
    this.#allowlist = [...allowlist];
    const now = this.#clock();
    const expected = new Map(blocks.map((block) => [block.target.text, block]));
    let removed = 0;
    for (const [text, block] of this.#entries) {
      if (expected.has(text)) continue;
      this.#entries.delete(text);
      if (isInForce(block, now)) removed++;
    }
    let added = 0;
    for (const [text, block] of expected) {
      const known = this.#entries.get(text);
      if (known?.expiresAt === block.expiresAt && known !== undefined) continue;
      this.#entries.delete(text);
      if (this.#put(block, now)) added++;
    }
    return { added, removed };
  }

  dropped(): undefined {
    return undefined;
  }

  async close(): Promise<void> {
    this.#entries.clear();
  }

  /** @returns whether the block is in force */
  #put(block: Enforced, now: number): boolean {
    if (!isInForce(block, now)) return false;
    const key = block.target.text;
    const known = this.#entries.get(key);
    this.#entries.delete(key);
    this.#entries.set(key, known === undefined ? block : longer(known, block));
    if (this.#entries.size > this.#maxEntries) this.#evictOldest(now);
    return true;
  }

  #evictOldest(now: number): void {
    const [oldest] = this.#entries;
    if (oldest === undefined) return;
    this.#entries.delete(oldest[0]);
    if (isInForce(oldest[1], now)) this.#evicted++;
  }
}
