/** Silence is judged in slots: whether anything was heard in them, not how much. An attack is a burst, and says little. */
export const SLOT_MS = 5 * 60_000;
const HOUR_MS = 3_600_000;
const SLOTS_AN_HOUR = HOUR_MS / SLOT_MS;
const HOURS_A_WEEK = 168;
/** 1 January 1970 was a Thursday: so many hours after a Sunday began. */
const EPOCH_HOUR = 4 * 24;

/** What a cell holds: sums over the slots seen in one hour of the week, older weeks counting less. */
const FIELDS = { slots: 0, silent: 1, afterSilence: 2, stayedSilent: 3, signals: 4 } as const;
const WIDTH = 5;
/** What a week counts when the same hour has come again: half after a month. */
const DECAY = 0.85;
/**
 * How often slots were silent of which this was held unlikely, in classes of how unlikely: where attacks of hours come
 * days apart, an hour that was busy by chance twice promises nothing, and only the outcome tells.
 */
const CLASSES = [0.01, 0.03, 0.1, 0.3, 1] as const;
/** What an outcome counts after each further one of its class. */
const OUTCOME_DECAY = 0.9998;
/** What was expected weighs against the outcome as if it had come true so many times. */
const TRUSTED = 100;
/** Silences seen in an hour weigh against what is assumed of them as if so many had been seen before. */
const ASSUMED = 4;

export interface Slot {
  /** Its start, milliseconds since the epoch plus the host's offset from UTC: people live by local time. */
  readonly localAt: number;
  readonly signals: number;
  /** Whether the slot before was silent. */
  readonly afterSilence: boolean;
}

/**
 * How often a source speaks, learned for each hour of the week.
 *
 * Two things are learned of an hour: how often a slot of it is silent, and how often a silence that has begun goes on.
 * The second makes all the difference: what attacks bring comes in bursts with long gaps, and a gap that has begun is
 * then no surprise, however busy the source is in the mean.
 */
export class Baseline {
  readonly #cells: Float64Array;
  /** By class, two each: slots, and how many of them were silent. */
  readonly #outcomes: Float64Array;
  /** The last hour that was noted, counted from the epoch. */
  #hour = 0;
  #slots = 0;

  constructor() {
    this.#cells = new Float64Array(HOURS_A_WEEK * WIDTH);
    this.#outcomes = new Float64Array(CLASSES.length * 2);
  }

  /** How long was watched in all, ms. */
  get watchedMs(): number {
    return this.#slots * SLOT_MS;
  }

  /** Whether anything was ever heard. */
  get hasHeard(): boolean {
    return this.#cells.some((value, index) => index % WIDTH === FIELDS.signals && value > 0);
  }

  /** @param weight how much it counts, 1 if nothing is known against it */
  note({ localAt, signals, afterSilence }: Slot, weight = 1): void {
    const hour = Math.floor(localAt / HOUR_MS);
    const base = hourOfWeek(localAt) * WIDTH;
    this.#noteOutcome(base, signals === 0, weight);
    if (hour !== this.#hour) for (let i = 0; i < WIDTH; i++) this.#add(base + i, (DECAY - 1) * this.#at(base + i));
    this.#hour = hour;
    this.#slots++;
    const silent = signals === 0 ? weight : 0;
    this.#add(base + FIELDS.slots, weight);
    this.#add(base + FIELDS.silent, silent);
    this.#add(base + FIELDS.afterSilence, afterSilence ? weight : 0);
    this.#add(base + FIELDS.stayedSilent, afterSilence ? silent : 0);
    this.#add(base + FIELDS.signals, signals * weight);
  }

  /**
   * How likely a slot is silent: the most likely of its hour and the two beside it, for people begin their day earlier
   * or later, and clocks are changed twice a year. 1 where not enough was seen: then silence tells nothing.
   */
  chanceOfSilence(localAt: number, afterSilence: boolean): number {
    const chances = [-HOUR_MS, 0, HOUR_MS].map((shift) => this.#chance(hourOfWeek(localAt + shift), afterSilence));
    return Math.max(...chances);
  }

  /** Signals an hour, as usual at this time; undefined if this hour of the week was not seen yet. */
  usual(localAt: number): number | undefined {
    const base = hourOfWeek(localAt) * WIDTH;
    const slots = this.#at(base + FIELDS.slots);
    return slots === 0 ? undefined : (this.#at(base + FIELDS.signals) / slots) * SLOTS_AN_HOUR;
  }

  snapshot(): unknown {
    return { cells: this.#cells.slice(), outcomes: this.#outcomes.slice(), hour: this.#hour, slots: this.#slots };
  }

  /** @param state what `snapshot` gave */
  restore(state: unknown): void {
    const { cells, outcomes, hour, slots } = state as Kept;
    this.#cells.set(cells);
    this.#outcomes.set(outcomes);
    this.#hour = hour;
    this.#slots = slots;
  }

  #chance(hour: number, afterSilence: boolean): number {
    const base = hour * WIDTH;
    if (this.#at(base + FIELDS.slots) < SLOTS_AN_HOUR) return 1;
    const expected = this.#silent(base);
    const place = classOf(expected) * 2;
    const [slots = 0, silentSlots = 0] = this.#outcomes.subarray(place, place + 2);
    const silent = Math.max(expected, (silentSlots + TRUSTED * expected) / (slots + TRUSTED));
    if (!afterSilence) return silent;
    const stayed = this.#at(base + FIELDS.stayedSilent) + ASSUMED * silent;
    return stayed / (this.#at(base + FIELDS.afterSilence) + ASSUMED);
  }

  /** One silent slot more than was seen: what never happened may still happen. */
  #silent(base: number): number {
    return (this.#at(base + FIELDS.silent) + 1) / (this.#at(base + FIELDS.slots) + 1);
  }

  #noteOutcome(base: number, isSilent: boolean, weight: number): void {
    if (this.#at(base + FIELDS.slots) < SLOTS_AN_HOUR) return;
    const place = classOf(this.#silent(base)) * 2;
    for (const [index, value] of [weight, isSilent ? weight : 0].entries()) {
      this.#outcomes[place + index] = (this.#outcomes[place + index] ?? 0) * OUTCOME_DECAY + value;
    }
  }

  #at(index: number): number {
    return this.#cells[index] ?? 0;
  }

  #add(index: number, value: number): void {
    this.#cells[index] = this.#at(index) + value;
  }
}

/** As `snapshot` gives it. */
interface Kept {
  readonly cells: Float64Array;
  readonly outcomes: Float64Array;
  readonly hour: number;
  readonly slots: number;
}

function classOf(chance: number): number {
  return CLASSES.findIndex((limit) => chance <= limit);
}

/** From Sunday midnight on. */
function hourOfWeek(localAt: number): number {
  return (((Math.floor(localAt / HOUR_MS) + EPOCH_HOUR) % HOURS_A_WEEK) + HOURS_A_WEEK) % HOURS_A_WEEK;
}

const DAYS = ['Sundays', 'Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays'] as const;

export function dayInWords(localAt: number): string {
  return DAYS[Math.floor(hourOfWeek(localAt) / 24)] ?? '';
}
