import type { Io } from './io.ts';

/** Drawn at most this often. */
const EVERY_MS = 100;

/** One line on a terminal's standard error that says how far a long job is; nothing elsewhere. */
export class Progress {
  readonly #io: Io;
  readonly #what: string;
  readonly #total: number;
  #drawnAt = 0;
  #drawn = false;

  /** @param total 0 if it is not known */
  constructor(io: Io, what: string, total: number) {
    this.#io = io;
    this.#what = what;
    this.#total = total;
  }

  at(count: number, total: number = this.#total): void {
    const now = this.#io.clock();
    if (!this.#io.stderr.isTerminal || now - this.#drawnAt < EVERY_MS) return;
    this.#drawnAt = now;
    this.#drawn = true;
    const share = total > 0 ? ` ${Math.min(100, Math.floor((100 * count) / total))} %` : ` ${count}`;
    this.#io.stderr.write(`\r\x1b[K${this.#what}${share}`);
  }

  /** Wipes the line away. */
  done(): void {
    if (this.#drawn) this.#io.stderr.write('\r\x1b[K');
    this.#drawn = false;
  }
}
