import { roughDuration } from '../lib/duration.ts';
import type { SilenceChange } from './source-silence.ts';

export interface FeedSeen {
  readonly at: number;
  /** When it last gave something new, ms since the epoch. */
  readonly freshAt: number;
  /** Why it cannot be read, in words; undefined if it can. */
  readonly trouble: string | undefined;
}

/** Judges whether a list of addresses grows old. Told once, and again when it is renewed. */
export class FeedSilence {
  readonly #name: string;
  readonly #staleAfterMs: number;
  readonly #unreadableAfterMs: number;
  #troubleFrom: number | undefined;
  /** Since when it is silent, once that was told. */
  #silentFrom: number | undefined;

  /**
   * @param staleAfterMs how old what it gave may be
   * @param unreadableAfterMs how long it may not be read: somebody may be renewing it just now
   */
  constructor(name: string, staleAfterMs: number, unreadableAfterMs: number) {
    this.#name = name;
    this.#staleAfterMs = staleAfterMs;
    this.#unreadableAfterMs = unreadableAfterMs;
  }

  /** Whether that is told of now. */
  get isSilent(): boolean {
    return this.#silentFrom !== undefined;
  }

  observe({ at, freshAt, trouble }: FeedSeen): SilenceChange | undefined {
    if (trouble === undefined) this.#troubleFrom = undefined;
    else this.#troubleFrom ??= at;
    const isStale = at - freshAt >= this.#staleAfterMs;
    const isUnreadable = this.#troubleFrom !== undefined && at - this.#troubleFrom >= this.#unreadableAfterMs;
    if (!isStale && !isUnreadable) return trouble === undefined ? this.#renewed(at) : undefined;
    if (this.#silentFrom !== undefined) return undefined;
    this.#silentFrom = isStale ? freshAt : this.#troubleFrom;
    const since = new Date(this.#silentFrom ?? at).toISOString();
    const what = isStale ? `has given nothing new since ${since}` : `cannot be read since ${since}`;
    const why = trouble === undefined ? '' : ` (${trouble})`;
    return { type: 'sensor_silent', description: `${this.#name} ${what}${why}: what is known from it grows old` };
  }

  #renewed(at: number): SilenceChange | undefined {
    const since = this.#silentFrom;
    this.#silentFrom = undefined;
    if (since === undefined) return undefined;
    return { type: 'sensor_resumed', description: `${this.#name} is renewed, after ${roughDuration(at - since)}` };
  }
}
