/** What can be fuzzed: where it starts from, and what must hold of any input. */
export interface FuzzTarget {
  readonly name: string;
  /** Sound inputs, and broken ones that somebody thought of. */
  readonly seeds: () => readonly Buffer[];
  /** What delimits or means something here: put where it does not belong. */
  readonly words: readonly string[];
  /** Longer inputs are cut. */
  readonly maxBytes: number;
  /**
   * Feeds the input and throws if anything that must hold does not. What it returns must be the same for the same input.
   * It must not change the input.
   */
  readonly check: (input: Buffer) => unknown;
}
