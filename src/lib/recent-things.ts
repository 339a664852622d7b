/** A few things with when each was last seen, the latest last. Bounded: the one unseen for longest gives way. */
export class RecentThings {
  readonly #times = new Map<string, number>();
  readonly #maxThings: number;

  constructor(maxThings: number) {
    this.#maxThings = maxThings;
  }

  get size(): number {
    return this.#times.size;
  }

  add(thing: string, at: number): void {
    this.#times.delete(thing);
    this.#times.set(thing, at);
    if (this.#times.size <= this.#maxThings) return;
    for (const oldest of this.#times.keys()) {
      this.#times.delete(oldest);
      return;
    }
  }

  /** With when each was last seen, the latest last. */
  entries(): readonly (readonly [thing: string, at: number])[] {
    return [...this.#times];
  }

  has(thing: string): boolean {
    return this.#times.has(thing);
  }

  /** Forgets what was last seen before `before`. */
  expire(before: number): void {
    for (const [thing, at] of this.#times) if (at < before) this.#times.delete(thing);
  }
}
