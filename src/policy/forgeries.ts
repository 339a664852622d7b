import { addToPace, PACE_WORDS } from '../lib/pace.ts';

const WINDOW_MS = 3_600_000;

/**
 * How much is told of sources that may be forged. Each packet of a forger can have another source, and each would be a
 * block, an event and a row; beyond a measure they are his, and blocking them hits whomever he names.
 */
export class Forgeries {
  readonly #pace = new Uint32Array(PACE_WORDS);
  readonly #most: number;

  /** @param most findings about sources that may be forged, told within an hour */
  constructor(most: number) {
    this.#most = most;
  }

  note(at: number): void {
    addToPace(this.#pace, 0, at, WINDOW_MS, 1);
  }

  /** Whether there were more than real sources would make. */
  isFlood(at: number): boolean {
    return addToPace(this.#pace, 0, at, WINDOW_MS, 0) >= this.#most;
  }
}
