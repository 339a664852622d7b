import type { Address } from '../lib/address.ts';
import { BoundedMap } from '../lib/bounded-map.ts';
import { Network } from '../lib/network.ts';
import { NetworkSet } from '../lib/network-set.ts';

/** What is remembered of a source that was blocked, or would have been. */
interface Offender {
  readonly target: Network;
  /** When the block ends, ms since the epoch. */
  readonly until: number;
  /** How often it was blocked by decisions, forgiven ones not counted. */
  readonly times: number;
  /** Before this a success does not make it known good: it may come of the attack. */
  readonly welcomeFrom: number;
}

/** How long a block would be, and how often the source was blocked before. */
export interface Sentence {
  readonly ms: number;
  readonly before: number;
}

export interface OffendersOptions {
  readonly maxOffenders: number;
  readonly forgiveAfterMs: number;
}

const DISTRUST_MS = 86_400_000;

/** Who is blocked, until when, and who was before: by decisions (in dry run, too) and by hand. */
export class Offenders {
  readonly #offenders: BoundedMap<string, Offender>;
  /** Until when networks wider than what is counted are blocked: they hold sources that are asked for by themselves. */
  readonly #networks = new NetworkSet<number>();
  readonly #forgiveAfterMs: number;

  constructor(options: OffendersOptions) {
    this.#offenders = new BoundedMap(options.maxOffenders);
    this.#forgiveAfterMs = options.forgiveAfterMs;
  }

  get size(): number {
    return this.#offenders.size;
  }

  get evicted(): number {
    return this.#offenders.evicted;
  }

  /** @param times how often decisions have blocked it; undefined for a block by hand, which does not count */
  noteBlock(target: Network, until: number, times: number | undefined): void {
    this.#set({ target, until, times: times ?? this.#offenders.get(target.text)?.times ?? 0, welcomeFrom: until });
  }

  noteUnblock(target: Network, at: number): void {
    const offender = this.#offenders.get(target.text);
    if (offender === undefined) return;
    this.#set({ target, until: at, times: Math.max(0, offender.times - 1), welcomeFrom: at });
  }

  isBlocked(target: Network, at: number): boolean {
    const offender = this.#offenders.get(target.text);
    if (offender !== undefined && offender.until > at) return true;
    const network = this.#networks.match(target.base);
    return network !== undefined && network.value > at;
  }

  /** @param times block times by offence, ms; the last stands for all further ones */
  sentence(target: Network, at: number, times: readonly number[]): Sentence {
    const offender = this.#offenders.get(target.text);
    const isForgiven = offender === undefined || at - offender.until > this.#forgiveAfterMs;
    const before = isForgiven ? 0 : offender.times;
    return { before, ms: times[Math.min(before, times.length - 1)] ?? 0 };
  }

  punish(target: Network, at: number, { ms, before }: Sentence): void {
    const until = at + ms;
    this.#set({ target, until, times: before + 1, welcomeFrom: until + DISTRUST_MS });
  }

  /** Whether a success makes this address known good. */
  isWelcome(address: Address, at: number): boolean {
    const offender = this.#offenders.get(Network.counted(address).text);
    return offender === undefined || offender.welcomeFrom <= at;
  }

  expire(now: number): void {
    this.#offenders.expire(({ target, until }) => {
      if (until < now) this.#networks.delete(target);
      return until + this.#forgiveAfterMs < now;
    });
  }

  #set(offender: Offender): void {
    const { target, until } = offender;
    this.#offenders.set(target.text, offender);
    if (target.text !== Network.counted(target.base).text) this.#networks.set(target, until);
  }
}
