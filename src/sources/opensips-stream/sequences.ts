import { BoundedMap } from '../../lib/bounded-map.ts';

/** OpenSIPS' processes send side by side, so numbers may come a little out of order. */
const MAX_DISORDER = 1000;
const MAX_SENDERS = 1000;
const HEAD = 'E_STREAM,';

/**
 * Counts signals that were lost on their way: numbers that did not come. A late one takes its loss back. A number far
 * below the last means that OpenSIPS was started again: what it lost before is not known.
 */
export class Sequences {
  readonly #last = new BoundedMap<string, number>(MAX_SENDERS);
  #lost = 0;

  get lost(): number {
    return this.#lost;
  }

  /** Notes a number. Returns how many are missing right before it. */
  note(sender: string, sequence: number): number {
    const last = this.#last.get(sender);
    if (last !== undefined && sequence <= last && last - sequence < MAX_DISORDER && sequence !== 1) {
      if (sequence < last) this.#lost = Math.max(0, this.#lost - 1);
      return 0;
    }
    this.#last.set(sender, sequence);
    const missing = last === undefined || sequence <= last ? 0 : sequence - last - 1;
    this.#lost += missing;
    return missing;
  }

  /** A line for the journal (no signal to its reader) that says what came last from a sender. */
  lineFor(sender: string): string | undefined {
    const last = this.#last.get(sender);
    return last === undefined ? undefined : `${HEAD}${sender},${last}`;
  }

  /** Takes up what such lines at the end of a journal say. */
  restore(journalEnd: string): void {
    for (const line of journalEnd.split('\n')) {
      const [, sender, last] = line.startsWith(HEAD) ? line.split(',') : [];
      if (sender !== undefined && /^\d{1,15}$/.test(last ?? '')) this.#last.set(sender, Number(last));
    }
  }
}
