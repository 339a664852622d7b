import type { Address } from '../lib/address.ts';
import { BoundedMap } from '../lib/bounded-map.ts';
import { Flow } from '../lib/flow.ts';
import { Network } from '../lib/network.ts';
import { networkOf, type Target } from '../lib/target.ts';
import type { Signal } from '../pipeline/signal.ts';

/** What is remembered of a source that was blocked, or would have been. */
interface Offender {
  readonly target: Target;
  /** When the block ends, ms since the epoch; Infinity for a block forever. */
  readonly until: number;
  /** How often it was blocked by decisions, forgiven ones not counted. */
  readonly times: number;
  /** How often of these for packets that nobody else can have forged. */
  readonly trusted: number;
  /** Before this a success does not make it known good: it may come of the attack. */
  readonly welcomeFrom: number;
  /** The same of a success that nobody else can have forged: what others may have sent holds it up no longer than a block. */
  readonly provenWelcomeFrom: number;
  /** Until when it is not blocked again, for a person has just let it in. */
  readonly sparedUntil: number;
  /** Until when it is not blocked again for what others may have forged, or once for a device that was set wrongly. */
  readonly trialUntil: number;
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
/** How long a block that a person lifted stays lifted whatever comes: long enough to try whether it helped. */
export const LIFTED_FOR_MS = 60_000;
/**
 * How long after a block for what others may have forged such evidence does not block again. Else a packet a second keeps
 * somebody out for ever who could show at once that he is a customer: phones try every half minute or minute.
 */
const TRIAL_MS = 90_000;

/** Who is blocked, until when, and who was before: by decisions (in dry run, too) and by hand. */
export class Offenders {
  readonly #offenders: BoundedMap<string, Offender>;
  /** Blocked forever. Only persons do that, so no attacker fills this, and none is forgotten for others. */
  readonly #forever = new Map<string, Offender>();
  /** Prefix lengths of targets seen so far: a source may be blocked by any network that holds it. */
  readonly #lengths: Readonly<Record<4 | 6, Set<number>>> = { 4: new Set(), 6: new Set() };
  readonly #forgiveAfterMs: number;

  constructor(options: OffendersOptions) {
    this.#offenders = new BoundedMap(options.maxOffenders);
    this.#forgiveAfterMs = options.forgiveAfterMs;
  }

  get size(): number {
    return this.#offenders.size + this.#forever.size;
  }

  get evicted(): number {
    return this.#offenders.evicted;
  }

  /**
   * @param times how often decisions have blocked it; undefined for a block by hand, which does not count
   * @param trusted how often of these for what nobody can have forged
   */
  noteBlock(target: Target, until: number, times: number | undefined, trusted = times): void {
    const known = this.#get(target);
    const distrusted = times === undefined || times === 0 ? until : until + DISTRUST_MS;
    this.#set({
      target,
      until: Math.max(until, known?.until ?? 0),
      times: times ?? known?.times ?? 0,
      trusted: trusted ?? known?.trusted ?? 0,
      welcomeFrom: Math.max(distrusted, known?.welcomeFrom ?? 0),
      provenWelcomeFrom: Math.max(distrusted, known?.provenWelcomeFrom ?? 0),
      sparedUntil: 0,
      trialUntil: known?.trialUntil ?? 0,
    });
  }

  noteUnblock(target: Target, at: number): void {
    const offender = this.#get(target);
    if (offender === undefined || offender.until <= at) return;
    if (target instanceof Flow) this.#spareAddress(target.address, at);
    const times = Math.max(0, offender.times - 1);
    const trusted = Math.min(offender.trusted, times);
    this.#set({
      target,
      until: at,
      times,
      trusted,
      welcomeFrom: at,
      provenWelcomeFrom: at,
      sparedUntil: at + LIFTED_FOR_MS,
      trialUntil: 0,
    });
  }

  /** Whether a block holds all of `target`. */
  isBlocked(target: Target, at: number): boolean {
    return this.blockedUntil(target) > at;
  }

  /** Until when blocks hold all of `target`, ms since the epoch; 0 if none ever did. */
  blockedUntil(target: Target): number {
    return this.#around(target).reduce((latest, { until }) => Math.max(latest, until), 0);
  }

  /** Whether a person has just lifted a block that held all of `target`. */
  isLifted(target: Network, at: number): boolean {
    return this.#around(target).some(({ sparedUntil }) => sparedUntil > at);
  }

  /**
   * @param times block times by offence, ms; the last stands for all further ones
   * @param isForgeable others may have sent what it is blocked for: that makes nobody an offender who was none
   */
  sentence(target: Target, at: number, times: readonly number[], isForgeable: boolean): Sentence {
    const offender = this.#unforgiven(target, at);
    const before = (isForgeable ? offender?.times : offender?.trusted) ?? 0;
    return { before, ms: times[Math.min(before, times.length - 1)] ?? 0 };
  }

  /**
   * @param isForgeable as for `sentence`
   * @param isDevice it looks like somebody's own device: who gets in afterwards is not distrusted for it
   */
  punish(target: Target, at: number, { ms }: Sentence, isForgeable: boolean, isDevice = false): void {
    const offender = this.#unforgiven(target, at);
    const until = at + ms;
    const welcomeFrom = until + DISTRUST_MS;
    const known = { welcomeFrom: offender?.welcomeFrom ?? 0, provenWelcomeFrom: offender?.provenWelcomeFrom ?? 0 };
    this.#set({
      target,
      until,
      times: (offender?.times ?? 0) + 1,
      trusted: (offender?.trusted ?? 0) + (isForgeable ? 0 : 1),
      welcomeFrom: isDevice && !isForgeable ? known.welcomeFrom : welcomeFrom,
      provenWelcomeFrom: isDevice || isForgeable ? known.provenWelcomeFrom : welcomeFrom,
      sparedUntil: 0,
      trialUntil: isForgeable || isDevice ? until + TRIAL_MS : 0,
    });
  }

  /** Whether `target` may show that it was not what others may have forged in its name. */
  isOnTrial(target: Network, at: number): boolean {
    return (this.#get(target)?.trialUntil ?? 0) > at;
  }

  /** The same for once: of a device that was set wrongly, whoever else is there has until its next try to come back. */
  spendTrial(target: Network, at: number): boolean {
    const offender = this.#get(target);
    if (offender === undefined || offender.trialUntil <= at) return false;
    this.#set({ ...offender, trialUntil: 0 });
    return true;
  }

  /** Whether a success makes its address known good. */
  isWelcome({ address, at, proven }: Pick<Signal, 'address' | 'at' | 'proven'>): boolean {
    const offender = this.#get(Network.counted(address));
    if (offender === undefined) return true;
    return (proven === 'yes' ? offender.provenWelcomeFrom : offender.welcomeFrom) <= at;
  }

  expire(now: number): void {
    this.#offenders.expire(({ until }) => until + this.#forgiveAfterMs < now);
  }

  /** Whoever lets one flow in wants the address left alone. */
  #spareAddress(address: Address, at: number): void {
    const target = Network.counted(address);
    const unknown = { target, until: at, times: 0, trusted: 0, welcomeFrom: at, provenWelcomeFrom: at, trialUntil: 0 };
    this.#set({ ...(this.#get(target) ?? unknown), sparedUntil: at + LIFTED_FOR_MS });
  }

  /** What is remembered of `target` and of all networks that hold it. */
  #around(target: Target): Offender[] {
    const own = target instanceof Flow ? this.#get(target) : undefined;
    const found: Offender[] = own === undefined ? [] : [own];
    const network = networkOf(target);
    for (const length of this.#lengths[network.family]) {
      if (length > network.length) continue;
      const offender = this.#get(length === network.length ? network : Network.of(network.base, length));
      if (offender !== undefined) found.push(offender);
    }
    return found;
  }

  #unforgiven(target: Target, at: number): Offender | undefined {
    const offender = this.#get(target);
    return offender === undefined || at - offender.until > this.#forgiveAfterMs ? undefined : offender;
  }

  #get({ text }: Target): Offender | undefined {
    return this.#forever.get(text) ?? this.#offenders.get(text);
  }

  #set(offender: Offender): void {
    const { target, until } = offender;
    if (target instanceof Network) this.#lengths[target.family].add(target.length);
    const [into, other] = until === Infinity ? [this.#forever, this.#offenders] : [this.#offenders, this.#forever];
    other.delete(target.text);
    into.set(target.text, offender);
  }
}
