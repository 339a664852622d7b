import type { Address } from '../lib/address.ts';
import { BoundedMap } from '../lib/bounded-map.ts';
import { Flow } from '../lib/flow.ts';
import { type Target, targetWords } from '../lib/target.ts';
import type { Signal, SignalKind } from '../pipeline/signal.ts';

/** A block as it is in force. */
export interface InForce {
  readonly target: Target;
  /** Since when some layer keeps it out, ms since the epoch. */
  readonly since: number;
  /** Until when; `Infinity` for good. */
  readonly until: number;
}

/** A blocked address, or flow, that is heard all the same. */
export interface Heard {
  readonly subject: Address | Flow;
  /** In words. */
  readonly what: string;
  readonly sensor: string;
  readonly signals: number;
  readonly since: number;
  readonly at: number;
}

/** Kinds that a request of the source makes. The others may come of what was under way, such as the end of a call. */
const OF_A_REQUEST: ReadonlySet<SignalKind> = new Set([
  'register.ok',
  'register.failed',
  'request.refused',
  'request.limited',
  'malformed',
  'call.started',
]);
const MAX_ADDRESSES = 1024;
/** So many signals, so far apart: more than what waited in a queue. */
const ENOUGH = 3;
const APART_MS = 10_000;
/** The kernel's clock is not ours. */
const END_TOLERANCE_MS = 5_000;
/** It is over when nothing was heard for so long; told again no sooner than after a day. */
const OVER_MS = 600_000;
const AGAIN_MS = 86_400_000;

/**
 * Notices that blocks are without effect: an address is in force and goes on being heard. Time is the signal's, so that
 * lines read late tell of what was before the block.
 */
export class StillHeard {
  readonly #afterMs: number;
  readonly #addresses = new BoundedMap<string, { readonly firstAt: number; signals: number; since: number }>(
    MAX_ADDRESSES,
  );
  #last: Heard | undefined;
  #toldAt = Number.NEGATIVE_INFINITY;

  /** @param afterMs what is sent so long after the block began should not be heard any more */
  constructor(afterMs: number) {
    this.#afterMs = afterMs;
  }

  /** Whether a signal can tell anything, without looking up the block. */
  static concerns(signal: Signal): boolean {
    return OF_A_REQUEST.has(signal.kind);
  }

  /** @returns what is to be told, once */
  note(signal: Signal, block: InForce): Heard | undefined {
    const { at } = signal;
    if (at <= block.since + this.#afterMs || at >= block.until - END_TOLERANCE_MS) return undefined;
    const subject = block.target instanceof Flow ? block.target : signal.address;
    let entry = this.#addresses.get(subject.text);
    if (entry === undefined || entry.since !== block.since) {
      entry = { firstAt: at, signals: 0, since: block.since };
      this.#addresses.set(subject.text, entry);
    }
    entry.signals++;
    if (entry.signals < ENOUGH || at - entry.firstAt < APART_MS) return undefined;
    const isNew = !this.isHeard(at) && at - this.#toldAt >= AGAIN_MS;
    const what = subject instanceof Flow ? targetWords(subject) : subject.text;
    this.#last = { subject, what, sensor: signal.sensor, signals: entry.signals, since: block.since, at };
    if (!isNew) return undefined;
    this.#toldAt = at;
    return this.#last;
  }

  /** The last blocked address that was heard, as long as that is not over. */
  heard(now: number): Heard | undefined {
    return this.isHeard(now) ? this.#last : undefined;
  }

  /** Whether nothing was heard for so long that it is over. @param watchedFrom since when that could be told */
  isOver(now: number, watchedFrom: number): boolean {
    return now - Math.max(watchedFrom, this.#last?.at ?? 0) >= OVER_MS;
  }

  isHeard(now: number): boolean {
    return this.#last !== undefined && now - this.#last.at < OVER_MS;
  }
}
