import { Callers } from './callers.ts';
import type { Decision } from './decision.ts';
import { type Finding, toldCampaign } from './finding.ts';
import type { Signal } from './signal.ts';

/** What the pipeline wants of a detector; `detectors/detector.ts` says the rest. */
export interface Observer {
  readonly name: string;
  observe(signal: Signal): Finding | undefined;
  /**
   * Called with each finding of the others that is worth telling and about nobody who is spared, and the signal that led
   * to it: what it has to do with earlier ones.
   */
  correlate?(finding: Finding, signal: Signal): Correlation | undefined;
  /** Called with the time of the newest signal, now and then: what has come to its end. */
  conclude?(now: number): readonly Finding[];
  expire(now: number): void;
}

/** The campaign that a finding belongs to. */
export interface Membership {
  readonly campaign: string;
  /** Identities of earlier findings of which it is known only now that they belong to it. */
  readonly earlier: readonly string[];
}

export interface Correlation extends Membership {
  /** What is to be told of the campaign now. */
  readonly news: Finding | undefined;
}

/** What the pipeline wants of policy; `policy/policy.ts` says the rest. */
export interface Judge {
  /**
   * Called for every signal, before the detectors see it.
   * @returns the detectors that need not see it, a bit each in their order: its source is blocked, and they have told of it
   */
  observe(signal: Signal): number;
  /** Its `finding` may say the same in other words. */
  decide(finding: Finding): Decision;
  /** Whether it would spare whom the finding is about, so that it is no part of an attack. Decides nothing. */
  spares(finding: Finding): boolean;
  expire(now: number): void;
}

export interface PipelineOptions {
  readonly detectors: readonly Observer[];
  readonly policy: Judge;
  /** A component threw: told with its name; the pipeline goes on with the others. */
  readonly onFault: (component: string, error: unknown) => void;
}

/** A finding and what policy made of it. */
export interface Outcome {
  readonly finding: Finding;
  readonly decision: Decision;
  readonly membership?: Membership;
}

/** Signal time between two expiries. */
const EXPIRE_EVERY_MS = 30_000;
const NOTHING: readonly Finding[] = [];

/**
 * Takes signals through the detectors and their findings through policy. Synchronous and without a clock: time is the
 * newest signal's, so a replay decides exactly what the live process decided.
 */
export class Pipeline {
  /** Who makes the calls: told before anybody else sees a signal. */
  readonly callers = new Callers();
  readonly #detectors: readonly Observer[];
  readonly #correlators: readonly Observer[];
  readonly #policy: Judge;
  readonly #onFault: (component: string, error: unknown) => void;
  #newestAt = 0;
  #expiredAt = 0;

  constructor(options: PipelineOptions) {
    this.#detectors = [...options.detectors];
    this.#correlators = this.#detectors.filter((detector) => detector.correlate !== undefined);
    this.#policy = options.policy;
    this.#onFault = options.onFault;
  }

  /** Time of the newest signal seen, ms since the epoch; 0 before the first. */
  get newestAt(): number {
    return this.#newestAt;
  }

  process(signals: readonly Signal[]): Outcome[] {
    const outcomes: Outcome[] = [];
    for (const given of signals) {
      const signal = this.callers.attribute(given);
      if (signal.at > this.#newestAt) {
        const ended = this.#advance(signal.at);
        if (ended.length > 0) outcomes.push(...this.#decideAll(ended));
      }
      const spared = this.#inform(signal);
      let bit = 1;
      for (const detector of this.#detectors) {
        const outcome = (spared & bit) === 0 ? this.#consult(detector, signal) : undefined;
        bit <<= 1;
        if (outcome !== undefined) outcomes.push(...this.#correlate(outcome, signal));
      }
    }
    return outcomes;
  }

  /**
   * Lets the detectors see signals of the past again after a restart, so that their windows are full. What they
   * conclude of a signal was decided then and is dropped here.
   *
   * @returns what is found of several findings together, each with all of these: it may not have been seen then
   */
  warmUp(signals: readonly Signal[]): Outcome[] {
    const told: Finding[] = [];
    const members = new Map<string, string[]>();
    for (const signal of signals) {
      if (signal.at > this.#newestAt) told.push(...this.#advance(signal.at));
      this.#inform(signal);
      for (const detector of this.#detectors) {
        this.#guard(detector.name, () => {
          const finding = detector.observe(signal);
          if (finding === undefined || this.#policy.spares(finding)) return;
          const correlation = this.#relate(finding, signal);
          if (correlation === undefined) return;
          const { campaign, earlier, news } = correlation;
          const known = members.get(campaign) ?? [];
          known.push(...earlier, finding.identity);
          members.set(campaign, known);
          if (news !== undefined) told.push(news);
        });
      }
    }
    return this.#decideAll(told).map((outcome) => {
      const campaign = toldCampaign(outcome.finding) ?? '';
      return { ...outcome, membership: { campaign, earlier: members.get(campaign) ?? [] } };
    });
  }

  /** @returns the detectors that need not see the signal */
  #inform(signal: Signal): number {
    try {
      return this.#policy.observe(signal);
    } catch (error) {
      this.#onFault('policy', error);
      return 0;
    }
  }

  #consult(detector: Observer, signal: Signal): Outcome | undefined {
    // Not through #guard: a closure for each signal would cost more than the detectors.
    try {
      const finding = detector.observe(signal);
      return finding === undefined ? undefined : this.#decide(finding);
    } catch (error) {
      this.#onFault(detector.name, error);
      return undefined;
    }
  }

  #decide(finding: Finding): Outcome {
    const decision = this.#policy.decide(finding);
    return { finding: decision.finding, decision };
  }

  #decideAll(findings: readonly Finding[]): Outcome[] {
    const outcomes: Outcome[] = [];
    for (const finding of findings) this.#guard('policy', () => outcomes.push(this.#decide(finding)));
    return outcomes;
  }

  /** The outcome with the campaign that it belongs to, and what that is worth telling. */
  #correlate(outcome: Outcome, signal: Signal): Outcome[] {
    const { finding, decision } = outcome;
    if (decision.repeated || isSpared(decision)) return [outcome];
    const correlation = this.#relate(finding, signal);
    if (correlation === undefined) return [outcome];
    const { news, campaign, earlier } = correlation;
    const member = { ...outcome, membership: { campaign, earlier } };
    return news === undefined ? [member] : [member, ...this.#decideAll([news])];
  }

  #relate(finding: Finding, signal: Signal): Correlation | undefined {
    for (const correlator of this.#correlators) {
      let correlation: Correlation | undefined;
      this.#guard(correlator.name, () => {
        correlation = correlator.correlate?.(finding, signal);
      });
      if (correlation !== undefined) return correlation;
    }
    return undefined;
  }

  /** @returns what has come to its end */
  #advance(at: number): readonly Finding[] {
    this.#newestAt = at;
    if (at - this.#expiredAt < EXPIRE_EVERY_MS) return NOTHING;
    this.#expiredAt = at;
    this.callers.expire(at);
    const ended: Finding[] = [];
    for (const detector of this.#detectors) {
      this.#guard(detector.name, () => {
        ended.push(...(detector.conclude?.(at) ?? []));
        detector.expire(at);
      });
    }
    this.#guard('policy', () => this.#policy.expire(at));
    return ended;
  }

  #guard(component: string, work: () => unknown): void {
    try {
      work();
    } catch (error) {
      this.#onFault(component, error);
    }
  }
}

/**
 * Findings about those whom policy spares are no part of an attack: a trunk, a device that is set wrongly, somebody forged,
 * a network of which the input does not show whether customers live there.
 */
function isSpared({ action, code }: Decision): boolean {
  return code === 'allowlisted' || code === 'customers_unknown' || (code === 'known_good' && action === 'watch');
}
