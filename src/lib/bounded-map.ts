/**
 * A Map with a limit: when full, what was set longest ago is forgotten and counted. For state whose keys an attacker
 * chooses and whose values are not worth a `BoundedTable`.
 */
export class BoundedMap<K, V> {
  readonly #entries = new Map<K, V>();
  readonly #maxEntries: number;
  #evicted = 0;

  constructor(maxEntries: number) {
    if (!(maxEntries >= 1)) throw new RangeError(`maxEntries: expected at least 1, got ${maxEntries}`);
    this.#maxEntries = maxEntries;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Entries forgotten because the map was full. */
  get evicted(): number {
    return this.#evicted;
  }

  /** Does not count as use: reading is free. */
  get(key: K): V | undefined {
    return this.#entries.get(key);
  }

  /** Sets and marks as just used. */
  set(key: K, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size > this.#maxEntries) this.#evict();
  }

  /**
   * A sixteenth at once: a Map finds its first entry by passing over all that were deleted before it, so evicting one
   * by one costs more the larger the map is.
   */
  #evict(): void {
    let left = Math.ceil(this.#maxEntries / 16);
    for (const key of this.#entries.keys()) {
      if (left-- === 0) break;
      this.#entries.delete(key);
      this.#evicted++;
    }
  }

  delete(key: K): boolean {
    return this.#entries.delete(key);
  }

  /** Deletes what `isOver` says of. Linear. */
  expire(isOver: (value: V, key: K) => boolean): void {
    // Not by for-of, which makes an array of each entry.
    this.#entries.forEach((value, key) => {
      if (isOver(value, key)) this.#entries.delete(key);
    });
  }

  /**
   * Deletes the least recently used as long as `isOver` says so of them: where values are set in order of their time, but
   * for clocks that jump, this looks at no more than it deletes.
   *
   * @returns what was deleted
   */
  expireOldest(isOver: (value: V) => boolean): V[] {
    const deleted: V[] = [];
    for (const [key, value] of this.#entries) {
      if (!isOver(value)) break;
      this.#entries.delete(key);
      deleted.push(value);
    }
    return deleted;
  }

  /** Least recently used first. */
  entries(): IterableIterator<[K, V]> {
    return this.#entries.entries();
  }
}
