import type { Clock } from '../lib/clock.ts';
import type { Outcome, Pipeline } from '../pipeline/pipeline.ts';
import type { Signal } from '../pipeline/signal.ts';
import type { CampaignJoin, EventRow, SignalRow } from '../store/store.ts';
import type { Enforcement } from './enforcement.ts';
import type { Recorder } from './recorder.ts';
import { blockEvent, blockOf, blockRow, findingEvent, heldEvent, joinsOf, REHEARSED, signalRow } from './records.ts';
import type { Intake } from './source-runner.ts';

export interface GuardOptions {
  readonly pipeline: Pipeline;
  readonly enforcement: Enforcement;
  readonly recorder: Recorder;
  readonly clock: Clock;
  /** Told, once an hour and source, that its signals come from the future, and how far. */
  readonly onAhead: (source: string, aheadMs: number) => void;
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
  /** When it was last told that a source is ahead, by source. */
  readonly #toldAhead = new Map<string, number>();

  constructor(options: GuardOptions) {
    this.#options = { ...options };
  }

  /** Signals decided, and findings worth telling, since the start. */
  get counts(): { readonly signals: number; readonly findings: number } {
    return { signals: this.#signals, findings: this.#findings };
  }

  take(source: string, fresh: readonly Signal[], rows: readonly Signal[] | undefined, position: unknown): void {
    const { pipeline, enforcement, recorder, onOutcome } = this.#options;
    const outcomes = pipeline.process(this.#notAhead(source, fresh)).filter((outcome) => !outcome.decision.repeated);
    const blocks = outcomes.flatMap((outcome) => blockOf(outcome.decision) ?? []);
    const enforced = blocks.length === 0 ? Promise.resolve() : enforcement.add(blocks);
    this.#signals += fresh.length;
    this.#findings += outcomes.length;
    if (rows !== undefined || outcomes.length > 0) {
      const signals = this.#notAhead(source, rows ?? []).flatMap(
        (signal): SignalRow | SignalRow[] => signalRow(signal) ?? [],
      );
      recorder.add({ source, position, signals, ...outcomeRows(outcomes, enforcement.enforces), enforced });
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

  hasRoom(): Promise<boolean> {
    return this.#options.recorder.hasRoom();
  }

  drained(): Promise<void> {
    return this.#options.recorder.drained;
  }
}

function outcomeRows(outcomes: readonly Outcome[], enforces: boolean) {
  const events: EventRow[] = [];
  const joins: CampaignJoin[] = [];
  const blocks = [];
  for (const outcome of outcomes) {
    events.push(findingEvent(outcome));
    joins.push(...joinsOf(outcome));
    const held = heldEvent(outcome);
    if (held !== undefined) events.push(held);
    const block = blockOf(outcome.decision);
    if (block === undefined) continue;
    events.push(blockEvent(block, outcome));
    blocks.push(blockRow(block, `${outcome.finding.detector}${enforces ? '' : REHEARSED}`));
  }
  return { events, joins, blocks };
}
