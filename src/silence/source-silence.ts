import { countText } from '../lib/count-text.ts';
import { roughDuration } from '../lib/duration.ts';
import { Baseline, dayInWords, SLOT_MS, type Slot } from './baseline.ts';

/** What is known of a source at a moment. Its counts go up from the start of the process. */
export interface SourceSeen {
  readonly at: number;
  /** The host's offset from UTC now, ms. */
  readonly offsetMs: number;
  readonly signals: number;
  readonly lines: number;
  readonly unrecognised: number;
  /** It runs. A source that fails is told of otherwise; that it says nothing is then no wonder. */
  readonly works: boolean;
  /** What it reads and is not there, in words. */
  readonly missing: string | undefined;
}

export interface SilenceLimits {
  readonly learnForMs: number;
  readonly minGapMs: number;
  readonly oneIn: number;
  readonly missingAfterMs: number;
}

/** A silence began (or was long enough to be told), or is over. */
export interface SilenceChange {
  readonly type: 'sensor_silent' | 'sensor_resumed';
  /** In one sentence. */
  readonly description: string;
}

type Cause = 'silent' | 'missing' | 'unread';

interface Alarm {
  readonly cause: Cause;
  readonly since: number;
  readonly description: string;
}

/** Looks further apart than this leave it open what happened between them: the machine slept, or its clock was set. */
const MAX_STEP_MS = 150_000;
/** A quiet of more than a week is learned after all: the source has changed. */
const MAX_UNLEARNED = (7 * 86_400_000) / SLOT_MS;
/** What a slot of a silence that was told counts: it was an outage, most likely, and else the source has changed. */
const OUTAGE_WEIGHT = 0.25;
/** What a silence that was told counts after each further slot: half after four weeks. */
const TOLD_DECAY = 0.5 ** (SLOT_MS / (28 * 86_400_000));
/** So many lines that mean nothing, and no other, for so long: they are in another format. */
const UNREAD_LINES = 100;
const UNREAD_MS = 3_600_000;
const UNREAD_SHARE = 0.9;

/**
 * Judges whether a source that normally speaks is silent. Pure: it is told what is seen, about once a minute.
 *
 * States: `speaking`; `quiet` since a moment, with the improbability of so long a quiet growing slot by slot; `silent`,
 * told of once, until it speaks again. Time that nobody watched (this process did not run, the machine slept) counts
 * neither as quiet nor is it learned.
 */
export class SourceSilence {
  readonly #name: string;
  readonly #limits: SilenceLimits;
  readonly #baseline = new Baseline();
  #alarm: Alarm | undefined;
  #last: SourceSeen | undefined;
  /** When watching began, or went on after a time unwatched. */
  #watchedFrom = 0;
  /** Quiet since: the last signal, or the begin of watching. */
  #quietFrom = 0;
  #missingFrom: number | undefined;
  /** How rare the present quiet is, as a power of ten. */
  #rarity = 0;
  #slotSignals = 0;
  #isSilentSlotBefore = false;
  /** Slots of the present quiet: not learned before it is over, or it would soon take itself for usual. */
  #unlearned: Slot[] = [];
  /** Whether what is not learned yet is a silence that was told. */
  #wasTold = false;
  /** How many silences were told, older ones counting less. */
  #told = 0;
  /** Figures when it last gave a signal, or since the start. */
  #read = { lines: 0, unrecognised: 0 };

  constructor(name: string, limits: SilenceLimits) {
    this.#name = name;
    this.#limits = { ...limits };
  }

  /** What is told of now, in one sentence; undefined if it is not silent. */
  get alarm(): string | undefined {
    return this.#alarm?.description;
  }

  /** Since when it is silent, as is told now. */
  get silentSince(): number | undefined {
    return this.#alarm?.since;
  }

  /** Signals an hour that are usual at this time; undefined as long as nothing is known of it. */
  usual(localAt: number): number | undefined {
    return this.#isLearned ? this.#baseline.usual(localAt) : undefined;
  }

  observe(seen: SourceSeen): SilenceChange | undefined {
    const last = this.#last;
    this.#last = seen;
    // A sender that was forgotten among too many begins at none.
    const fresh = Math.max(0, seen.signals - (last?.signals ?? 0));
    const step = seen.at - (last?.at ?? Number.NEGATIVE_INFINITY);
    if (last === undefined || step < 0 || step > MAX_STEP_MS || !seen.works) this.#beginAnew(seen.at);
    else if (slotOf(seen.at) !== slotOf(last.at)) this.#endSlot(last);
    this.#slotSignals += fresh;
    if (fresh > 0) this.#speak(seen);
    if (seen.missing === undefined) this.#missingFrom = undefined;
    else this.#missingFrom ??= seen.at;
    return this.#alarm === undefined ? this.#raise(seen) : this.#clear(seen, fresh);
  }

  /** What was learned, and what is told of now. */
  snapshot(): unknown {
    return { baseline: this.#baseline.snapshot(), alarm: this.#alarm, told: this.#told };
  }

  /** @param state what `snapshot` gave */
  restore(state: unknown): void {
    const { baseline, alarm, told } = state as { baseline: unknown; alarm: Alarm | undefined; told: number };
    this.#baseline.restore(baseline);
    this.#alarm = alarm;
    this.#told = told;
  }

  get #isLearned(): boolean {
    return this.#baseline.watchedMs + this.#unlearned.length * SLOT_MS >= this.#limits.learnForMs;
  }

  /** A source that falls silent time and again is not so regular as it seems: its next silence must be rarer still. */
  get #neededRarity(): number {
    return Math.log10(this.#limits.oneIn) * (1 + this.#told);
  }

  #beginAnew(at: number): void {
    this.#watchedFrom = at;
    this.#quietFrom = at;
    this.#rarity = 0;
    this.#slotSignals = 0;
    this.#isSilentSlotBefore = false;
    this.#missingFrom = undefined;
  }

  #speak({ at, lines, unrecognised }: SourceSeen): void {
    this.#quietFrom = at;
    this.#rarity = 0;
    this.#read = { lines, unrecognised };
  }

  /** @param last the last look into the slot */
  #endSlot({ at, offsetMs }: SourceSeen): void {
    const startsAt = at - (at % SLOT_MS);
    const signals = this.#slotSignals;
    this.#slotSignals = 0;
    // The first one was seen in part.
    if (startsAt < this.#watchedFrom) return;
    const slot = { localAt: startsAt + offsetMs, signals, afterSilence: this.#isSilentSlotBefore };
    if (signals === 0) this.#rarity -= Math.log10(this.#baseline.chanceOfSilence(slot.localAt, slot.afterSilence));
    this.#isSilentSlotBefore = signals === 0;
    this.#told *= TOLD_DECAY;
    this.#unlearned.push(slot);
    if (signals > 0) this.#learn(0);
    else if (this.#unlearned.length > MAX_UNLEARNED) this.#learn(MAX_UNLEARNED);
  }

  /** @param left so many of the latest slots are left for later */
  #learn(left: number): void {
    const weight = this.#wasTold ? OUTAGE_WEIGHT : 1;
    for (const slot of this.#unlearned.splice(0, this.#unlearned.length - left)) {
      this.#baseline.note(slot, slot.signals > 0 ? 1 : weight);
    }
    if (left === 0) this.#wasTold = false;
  }

  #raise(seen: SourceSeen): SilenceChange | undefined {
    this.#alarm = this.#silent(seen) ?? this.#missing(seen) ?? this.#unread(seen);
    this.#wasTold ||= this.#alarm !== undefined;
    return this.#alarm && { type: 'sensor_silent', description: this.#alarm.description };
  }

  #silent(seen: SourceSeen): Alarm | undefined {
    const { minGapMs } = this.#limits;
    const quietMs = seen.at - this.#quietFrom;
    if (!this.#isLearned || quietMs < minGapMs || this.#rarity < this.#neededRarity) return undefined;
    const localAt = seen.at + seen.offsetMs;
    const usual = rateText(this.#baseline.usual(localAt) ?? 0);
    this.#told++;
    const text = `${this.#name} gave no signal for ${roughDuration(quietMs)}; on ${dayInWords(localAt)} at this hour it gives ${usual}`;
    return { cause: 'silent', since: this.#quietFrom, description: [text, ...this.#hints(seen)].join('; ') };
  }

  /** What else is seen, which may be why. */
  #hints({ missing, lines, unrecognised }: SourceSeen): readonly string[] {
    const read = lines - this.#read.lines;
    const unread = unrecognised - this.#read.unrecognised;
    return [
      ...(missing === undefined ? [] : [missing]),
      ...(read === 0
        ? ['nothing at all was read']
        : [`${countText(read, 'line was', 'lines were')} read, ${unread} of them not understood`]),
    ];
  }

  #missing({ at, missing }: SourceSeen): Alarm | undefined {
    const since = this.#missingFrom;
    if (missing === undefined || since === undefined || at - since < this.#limits.missingAfterMs) return undefined;
    return { cause: 'missing', since, description: `${this.#name}: ${missing}, for ${roughDuration(at - since)}` };
  }

  /** A log of which nothing is understood is read in the wrong format. Other silences are judged by what is usual. */
  #unread({ at, signals, lines, unrecognised }: SourceSeen): Alarm | undefined {
    if (signals > 0 || unrecognised < UNREAD_LINES || unrecognised < UNREAD_SHARE * lines) return undefined;
    if (at - this.#watchedFrom < UNREAD_MS || this.#baseline.hasHeard) return undefined;
    const description = `${this.#name}: ${unrecognised} of ${lines} lines were not understood and none became a signal; check its format`;
    return { cause: 'unread', since: this.#watchedFrom, description };
  }

  #clear(seen: SourceSeen, fresh: number): SilenceChange | undefined {
    const alarm = this.#alarm;
    const isBack = alarm?.cause === 'missing' && seen.missing === undefined && seen.works;
    if (alarm === undefined || (fresh === 0 && !isBack)) return undefined;
    this.#alarm = undefined;
    const what = fresh > 0 ? 'speaks again' : 'has its input again';
    const description = `${this.#name} ${what}, after ${roughDuration(seen.at - alarm.since)}`;
    return { type: 'sensor_resumed', description };
  }
}

function slotOf(at: number): number {
  return Math.floor(at / SLOT_MS);
}

function rateText(anHour: number): string {
  if (anHour >= 1.5) return `${Math.round(anHour)} an hour`;
  return anHour >= 1 / 24 ? `${Math.round(anHour * 24)} a day` : 'one in more than a day';
}
