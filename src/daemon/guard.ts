import { isInForce } from '../enforcers/enforcer.ts';
import type { Clock } from '../lib/clock.ts';
import { roughDuration } from '../lib/duration.ts';
import type { Geography } from '../pipeline/intel.ts';
import type { Outcome, Pipeline } from '../pipeline/pipeline.ts';
import type { Signal } from '../pipeline/signal.ts';
import type { CampaignJoin, EventRow, ReputationRow, SignalRow } from '../store/store.ts';
import type { Enforcement } from './enforcement.ts';
import { originOf } from './origin.ts';
import type { Recorder } from './recorder.ts';
import {
  blockEvent,
  blockOf,
  blockRow,
  disabledEvent,
  disabledOf,
  disabledRow,
  findingEvent,
  heldEvent,
  joinsOf,
  REHEARSED,
  reputationRows,
  signalRow,
} from './records.ts';
import type { Intake } from './source-runner.ts';

export interface GuardOptions {
  readonly pipeline: Pipeline;
  readonly enforcement: Enforcement;
  readonly recorder: Recorder;
  readonly geography: Geography;
  readonly clock: Clock;
  /** Told, once an hour and source, that its signals come from the future, and how far. */
  readonly onAhead: (source: string, aheadMs: number) => void;
  /** Told of all fresh signals, before they are decided about. */
  readonly onSignals?: (signals: readonly Signal[]) => void;
  /** Told of each finding and its decision that is worth telling, after enforcement has begun. */
  readonly onOutcome: (outcome: Outcome) => void;
}

/** Clocks differ by so much at most, or one is wrong. */
const MAX_AHEAD_MS = 60_000;
const TELL_EVERY_MS = 3_600_000;

/** The middle of the daemon: signals in; blocks in force, rows on their way to the store. Enforce first, write second. */
export class Guard implements Intake {
  readonly #options: GuardOptions;
  #signals = 0;
  #findings = 0;
  #tooLate = 0;
  /** When it was last told that a source is ahead, by source. */
  readonly #toldAhead = new Map<string, number>();

  constructor(options: GuardOptions) {
    this.#options = { ...options };
  }

  /** Signals decided, findings worth telling, and blocks whose time was up when they were decided, since the start. */
  get counts(): { readonly signals: number; readonly findings: number; readonly tooLate: number } {
    return { signals: this.#signals, findings: this.#findings, tooLate: this.#tooLate };
  }

  take(source: string, fresh: readonly Signal[], rows: readonly Signal[] | undefined, position: unknown): void {
    const { pipeline, enforcement, recorder, geography, onSignals, onOutcome } = this.#options;
    const signals = this.#notAhead(source, fresh);
    onSignals?.(signals);
    const outcomes = pipeline
      .process(signals)
      .filter((outcome) => !outcome.decision.repeated)
      .map((outcome) => this.#orTooLate(outcome));
    const now = this.#options.clock();
    const blocks = outcomes.flatMap((outcome) => blockOf(outcome.decision) ?? []).filter((one) => isInForce(one, now));
    const accounts = outcomes
      .flatMap((outcome) => disabledOf(outcome.decision) ?? [])
      .filter((one) => isInForce(one, now));
    const enforced = Promise.all([
      blocks.length === 0 ? [] : enforcement.add(blocks),
      accounts.length === 0 ? [] : enforcement.disable(accounts),
    ]);
    this.#signals += fresh.length;
    this.#findings += outcomes.length;
    if (rows !== undefined || outcomes.length > 0) {
      const written = this.#notAhead(source, rows ?? []).flatMap(
        (signal): SignalRow | SignalRow[] => signalRow(signal) ?? [],
      );
      const found = outcomeRows(outcomes, enforcement, geography);
      recorder.add({ source, position, signals: written, ...found, enforced });
    }
    for (const outcome of outcomes) onOutcome(outcome);
  }

  /**
   * What comes from the future happened now: its sender's clock, or what was taken for its time zone, is wrong. Believed,
   * it would make the windows of all others end, and its blocks last longer.
   */
  #notAhead(source: string, signals: readonly Signal[]): readonly Signal[] {
    const now = this.#options.clock();
    const ahead = signals.find(({ at }) => at > now + MAX_AHEAD_MS);
    if (ahead === undefined) return signals;
    if (now - (this.#toldAhead.get(source) ?? Number.NEGATIVE_INFINITY) >= TELL_EVERY_MS) {
      this.#toldAhead.set(source, now);
      this.#options.onAhead(source, ahead.at - now);
    }
    return signals.map((signal) => (signal.at > now + MAX_AHEAD_MS ? { ...signal, at: now } : signal));
  }

  /**
   * A block whose time is up when it is decided keeps nobody out, and says so wherever it is shown: its line was read
   * late, or written by a clock or in a time zone that is not what it was taken for.
   */
  #orTooLate(outcome: Outcome): Outcome {
    const { decision } = outcome;
    const lateMs = this.#options.clock() - decision.at;
    if (decision.action !== 'block' || lateMs < decision.seconds * 1000) return outcome;
    this.#tooLate++;
    const reason = `not kept out, for it happened ${roughDuration(lateMs)} ago and the time is up: ${decision.reason}`;
    return { ...outcome, decision: { ...decision, reason } };
  }

  hasRoom(): Promise<boolean> {
    return this.#options.recorder.hasRoom();
  }

  drained(): Promise<void> {
    return this.#options.recorder.drained;
  }
}

function outcomeRows(outcomes: readonly Outcome[], { enforces, disablesAccounts }: Enforcement, geography: Geography) {
  const events: EventRow[] = [];
  const joins: CampaignJoin[] = [];
  const reputations: ReputationRow[] = [];
  const blocks = [];
  const disabled = [];
  for (const outcome of outcomes) {
    const { decision, finding } = outcome;
    const by = (isEnforced: boolean) => `${finding.detector}${isEnforced ? '' : REHEARSED}`;
    const origin = originOf(finding, geography);
    events.push(findingEvent(outcome, origin));
    joins.push(...joinsOf(outcome));
    reputations.push(...reputationRows(outcome, origin));
    const held = heldEvent(outcome);
    if (held !== undefined) events.push(held);
    const block = blockOf(decision);
    if (block !== undefined) {
      events.push(blockEvent(block, outcome));
      blocks.push({ ...blockRow(block, by(enforces)), forgeable: finding.evidence.proven === 'no' });
    }
    const account = disabledOf(decision);
    if (account !== undefined) {
      events.push(disabledEvent(account, outcome));
      disabled.push(disabledRow(account, by(disablesAccounts)));
    }
  }
  return { events, joins, blocks, disabled, reputations };
}
