import type { Decision } from './decision.ts';
import type { Finding } from './finding.ts';
import type { Signal } from './signal.ts';

/** What the pipeline wants of a detector; `detectors/detector.ts` says the rest. */
export interface Observer {
  readonly name: string;
  observe(signal: Signal): Finding | undefined;
  expire(now: number): void;
}

/** What the pipeline wants of policy; `policy/policy.ts` says the rest. */
export interface Judge {
  /** Called for every signal, before the detectors see it. */
  observe(signal: Signal): void;
  /** Its `finding` may say the same in other words. */
  decide(finding: Finding): Decision;
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
}

/** Signal time between two expiries. */
const EXPIRE_EVERY_MS = 30_000;

/**
 * Takes signals through the detectors and their findings through policy. Synchronous and without a clock: time is the
 * newest signal's, so a replay decides exactly what the live process decided.
 */
export class Pipeline {
  readonly #detectors: readonly Observer[];
  readonly #policy: Judge;
  readonly #onFault: (component: string, error: unknown) => void;
  #newestAt = 0;
  #expiredAt = 0;

  constructor(options: PipelineOptions) {
    this.#detectors = [...options.detectors];
    this.#policy = options.policy;
    this.#onFault = options.onFault;
  }

  /** Time of the newest signal seen, ms since the epoch; 0 before the first. */
  get newestAt(): number {
    return this.#newestAt;
  }

  process(signals: readonly Signal[]): Outcome[] {
    const outcomes: Outcome[] = [];
    for (const signal of signals) {
      if (signal.at > this.#newestAt) this.#advance(signal.at);
      this.#inform(signal);
      for (const detector of this.#detectors) {
        const outcome = this.#consult(detector, signal);
        if (outcome !== undefined) outcomes.push(outcome);
      }
    }
    return outcomes;
  }

  /**
   * Lets the detectors see signals of the past again after a restart, so that their windows are full. What they
   * conclude was decided then and is dropped here.
   */
  warmUp(signals: readonly Signal[]): void {
    for (const signal of signals) {
      if (signal.at > this.#newestAt) this.#advance(signal.at);
      this.#inform(signal);
      for (const detector of this.#detectors) this.#guard(detector.name, () => detector.observe(signal));
    }
  }

  #inform(signal: Signal): void {
    try {
      this.#policy.observe(signal);
    } catch (error) {
      this.#onFault('policy', error);
    }
  }

  #consult(detector: Observer, signal: Signal): Outcome | undefined {
    // Not through #guard: a closure for each signal would cost more than the detectors.
    try {
      const finding = detector.observe(signal);
      if (finding === undefined) return undefined;
      const decision = this.#policy.decide(finding);
      return { finding: decision.finding, decision };
    } catch (error) {
      this.#onFault(detector.name, error);
      return undefined;
    }
  }

  #advance(at: number): void {
    this.#newestAt = at;
    if (at - this.#expiredAt < EXPIRE_EVERY_MS) return;
    this.#expiredAt = at;
    for (const detector of this.#detectors) this.#guard(detector.name, () => detector.expire(at));
    this.#guard('policy', () => this.#policy.expire(at));
  }

  #guard(component: string, work: () => unknown): void {
    try {
      work();
    } catch (error) {
      this.#onFault(component, error);
    }
  }
}
