/** What should be in the kernel, as far as this process was told. */
import type { Target } from '../../lib/target.ts';
import { type Enforced, isInForce, longer } from '../enforcer.ts';
import { isCanary, setOf } from './address-sets.ts';

/** The kernel and our clock may disagree about the very moment of an end. */
const GRACE_MS = 60_000;

export class Book {
  /** By the target's text. Bounded by the blocks in force: what has ended is forgotten. */
  readonly #blocks = new Map<string, Enforced>();

  get size(): number {
    return this.#blocks.size;
  }

  get(target: Target): Enforced | undefined {
    return this.#blocks.get(target.text);
  }

  values(): MapIterator<Enforced> {
    return this.#blocks.values();
  }

  /** How many blocks are in the set of that name. */
  sizeOf(set: string): number {
    return this.values().reduce((count, block) => count + (setOf('block', block.target).name === set ? 1 : 0), 0);
  }

  /** A longer time extends, a shorter one does not shorten. @returns whether the block is one to keep out */
  extend(block: Enforced, now: number): boolean {
    if (!isInForce(block, now) || isCanary(block.target)) return false;
    const known = this.get(block.target);
    this.#blocks.set(block.target.text, known === undefined ? block : longer(known, block));
    return true;
  }

  /** Exactly this, shorter or not. */
  set(block: Enforced): void {
    if (isCanary(block.target)) return;
    this.#blocks.set(block.target.text, block);
  }

  delete(target: Target): void {
    this.#blocks.delete(target.text);
  }

  replace(blocks: readonly Enforced[], now: number): void {
    this.#blocks.clear();
    for (const block of blocks) this.extend(block, now);
  }

  forgetEnded(now: number): void {
    for (const [text, block] of this.#blocks) {
      if (!isInForce(block, now - GRACE_MS)) this.#blocks.delete(text);
    }
  }
}
