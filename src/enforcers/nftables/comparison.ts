import { setImmediate } from 'node:timers/promises';
import type { Target } from '../../lib/target.ts';
import { type Enforced, isInForce } from '../enforcer.ts';
import type { Book } from './book.ts';

/** Blocks handled between two chances for everything else: some milliseconds. */
const SLICE = 2_000;

/** What differs, by what has to be done about it. */
export interface Difference {
  /** Not in the kernel, or with another end. */
  readonly missing: readonly Target[];
  /** In the kernel and not to be there. */
  readonly surplus: readonly Target[];
}

/**
 * One full comparison of the kernel with what it should hold. It takes a while, and what changes meanwhile (`touch`)
 * is left out of it: the change itself sees to that.
 */
export class Comparison {
  readonly #book: Book;
  readonly #touched = new Set<string>();
  #isAllowlistTouched = false;
  readonly #seen = new Set<string>();
  readonly #missing: Target[] = [];
  readonly #surplus: Target[] = [];

  constructor(book: Book) {
    this.#book = book;
  }

  touch(target: Target): void {
    this.#touched.add(target.text);
  }

  /** Whether the allowlist has changed meanwhile. */
  get isAllowlistTouched(): boolean {
    return this.#isAllowlistTouched;
  }

  touchAllowlist(): void {
    this.#isAllowlistTouched = true;
  }

  /** The book becomes what the caller says should be in force. */
  async takeOver(blocks: readonly Enforced[], now: number): Promise<void> {
    const wanted = new Set<string>();
    await inSlices(blocks, (block) => {
      wanted.add(block.target.text);
      if (!this.#touched.has(block.target.text) && isInForce(block, now)) this.#book.set(block);
    });
    await inSlices(this.#book.values(), ({ target }) => {
      if (!wanted.has(target.text) && !this.#touched.has(target.text)) this.#book.delete(target);
    });
  }

  /** Something the kernel holds. @param toleranceMs how far its end may be off */
  see(held: Enforced, toleranceMs: number, now: number): void {
    const key = held.target.text;
    this.#seen.add(key);
    if (this.#touched.has(key)) return;
    const wanted = this.#book.get(held.target);
    if (wanted === undefined) {
      if (isInForce(held, now + toleranceMs)) this.#surplus.push(held.target);
    } else if (!isNear(held.expiresAt, wanted.expiresAt, toleranceMs)) {
      this.#missing.push(held.target);
    }
  }

  async finish(toleranceMs: number, now: number): Promise<Difference> {
    await inSlices(this.#book.values(), (block) => {
      if (!this.#seen.has(block.target.text) && isInForce(block, now + toleranceMs)) this.#missing.push(block.target);
    });
    const untouched = (target: Target) => !this.#touched.has(target.text);
    return { missing: this.#missing.filter(untouched), surplus: this.#surplus.filter(untouched) };
  }
}

/** Lets everything else go on in between. A Map may be changed meanwhile. */
async function inSlices<T>(items: Iterable<T>, visit: (item: T) => void): Promise<void> {
  let visited = 0;
  for (const item of items) {
    visit(item);
    if (++visited % SLICE === 0) await setImmediate();
  }
}

function isNear(one: number | undefined, other: number | undefined, toleranceMs: number): boolean {
  if (one === undefined || other === undefined) return one === other;
  return Math.abs(one - other) <= toleranceMs;
}
