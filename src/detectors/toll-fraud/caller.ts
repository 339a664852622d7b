/** What one account calls. Times are ms since the epoch, costs are cents. */
import { addToHour, isUnusedHour, WEEK_HOURS_WORDS } from '../../lib/habit/week-hours.ts';

import type { Proven } from '../../pipeline/signal.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** What began earlier and was not seen to end may have ended unseen: alone it accuses nobody. */
const CREDIBLE_MS = 2 * 3_600_000;
/** More at a time than a burst can ask for. */
const MAX_CALLS = 64;
/** Calls before the hours of an account mean anything. */
const ENOUGH_CALLS = 30;
/** Weight of the day that has passed in the habit of spending. */
const DAY_WEIGHT = 0.2;

/** A costly call. */
interface Call {
  readonly at: number;
  /** Equal from its start to its end, and for no call to another number, whatever Call-IDs the caller makes up. */
  readonly id: string;
  readonly centsPerMinute: number;
  /** From where it is made, as counted, and whether that can be forged. */
  readonly source: string;
  readonly proven: Proven;
  /** To a country new to the account when it began. */
  readonly isNew: boolean;
  /** Undefined while it is not answered. */
  answeredAt: number | undefined;
  ended: boolean;
}

/** What `snapshot` gives: plain data, but for the hours; a tuple, for there are many. */
export type CallerSnapshot = readonly [
  firstAt: number,
  lastAt: number,
  toldAt: number,
  callCount: number,
  day: number,
  spentToday: number,
  spentByHabit: number,
  countries: readonly (readonly [country: string, firstAt: number])[],
  calls: readonly Readonly<Call>[],
  /** Not in snapshots of former versions. */
  warnedAt?: number,
];

export interface NewCalls {
  readonly count: number;
  readonly centsPerMinute: number;
  /** How many of them have not ended. */
  readonly running: number;
}

export class Caller {
  readonly firstAt: number;
  lastAt: number;
  /** When fraud was last told of. */
  toldAt = Number.NEGATIVE_INFINITY;
  /** When it was last warned of: what begins with an odd call may be fraud a minute later. */
  warnedAt = Number.NEGATIVE_INFINITY;
  /** First call to each country; there are only so many countries. */
  readonly #countries = new Map<string, number>();
  #callCount = 0;
  /** Calls by hour of the week; empty before the first, for many accounts only ever register. */
  #hours = new Uint32Array(0);
  #calls: Call[] = [];
  #day = 0;
  #spentToday = 0;
  #spentByHabit = 0;

  constructor(at: number) {
    this.firstAt = at;
    this.lastAt = at;
  }

  isNewCountry(country: string, at: number, newForMs: number): boolean {
    const firstAt = this.#countries.get(country);
    return firstAt === undefined || at - firstAt < newForMs;
  }

  /** Whether the account, which calls enough, has never called within an hour of this time of day. */
  isOddHour(at: number): boolean {
    return this.#callCount >= ENOUGH_CALLS && isUnusedHour(this.#hours, 0, at);
  }

  /** Any call: it makes the habit of hours. */
  called(at: number): void {
    if (this.#callCount++ === 0) this.#hours = new Uint32Array(WEEK_HOURS_WORDS);
    addToHour(this.#hours, 0, at, 1);
  }

  started(country: string, call: Omit<Call, 'answeredAt' | 'ended'>): void {
    if (!this.#countries.has(country)) this.#countries.set(country, call.at);
    this.#calls.push({ ...call, answeredAt: undefined, ended: false });
    if (this.#calls.length > MAX_CALLS) this.#forgetOne(call.at);
  }

  /** Of several with one id, each answer makes another one run, and each end ends one: then the sum is right. */
  answered(id: string, at: number): void {
    const call = this.#calls.find((one) => one.id === id && one.answeredAt === undefined);
    if (call !== undefined) call.answeredAt = at;
  }

  ended(id: string, at: number): void {
    const call = this.#calls.find((one) => one.id === id && isRunning(one));
    if (call === undefined) return;
    this.#settle(call, at);
    call.ended = true;
  }

  /** The latest costly call that runs, if it can be believed to. */
  runningCall(at: number): Readonly<Call> | undefined {
    return this.#calls.findLast((call) => isRunning(call) && at - call.at <= CREDIBLE_MS);
  }

  /** The calls to new countries that began within `withinMs` before `at`, or still run. */
  newCalls(at: number, withinMs: number): NewCalls {
    this.#calls = this.#calls.filter((call) => at - call.at <= withinMs || (isRunning(call) && at - call.at <= DAY_MS));
    const calls = this.#calls.filter(({ isNew }) => isNew);
    return {
      count: calls.length,
      centsPerMinute: calls.reduce((sum, { centsPerMinute }) => sum + centsPerMinute, 0),
      running: calls.filter(isRunning).length,
    };
  }

  /** Cents spent since midnight UTC, running calls included. */
  spentToday(at: number): number {
    this.#turnDay(at);
    return this.#calls.reduce((sum, call) => sum + (call.ended ? 0 : costOf(call, at)), this.#spentToday);
  }

  /** Cents on an average of the days before. */
  get spentByHabit(): number {
    return this.#spentByHabit;
  }

  /** What was found to be fraud is no habit. */
  forgetNew(at: number, newForMs: number): void {
    for (const [country, firstAt] of this.#countries) if (at - firstAt < newForMs) this.#countries.delete(country);
    this.#calls = this.#calls.filter(({ isNew }) => !isNew);
    this.#spentToday = 0;
  }

  /** Calls by hour of the week, as `lib/habit/week-hours` has them; empty if there were none. */
  get hours(): Uint32Array {
    return this.#hours;
  }

  snapshot(): CallerSnapshot {
    return [
      this.firstAt,
      this.lastAt,
      this.toldAt,
      this.#callCount,
      this.#day,
      this.#spentToday,
      this.#spentByHabit,
      [...this.#countries],
      this.#calls.map((call) => ({ ...call })),
      this.warnedAt,
    ];
  }

  /** @param hours what `hours` gave */
  static restore(kept: CallerSnapshot, hours: Uint32Array): Caller {
    const [firstAt, lastAt, toldAt, callCount, day, spentToday, spentByHabit, countries, calls, warnedAt] = kept;
    const caller = new Caller(firstAt);
    caller.lastAt = lastAt;
    caller.toldAt = toldAt;
    caller.warnedAt = warnedAt ?? caller.warnedAt;
    caller.#callCount = callCount;
    caller.#hours = hours.slice();
    caller.#day = day;
    caller.#spentToday = spentToday;
    caller.#spentByHabit = spentByHabit;
    for (const [country, at] of countries) caller.#countries.set(country, at);
    caller.#calls = calls.map((call) => ({ ...call }));
    return caller;
  }

  /** One that does not run: what runs goes on costing, however many others are tried meanwhile. */
  #forgetOne(at: number): void {
    const idle = this.#calls.findIndex((call) => !isRunning(call));
    const [call] = this.#calls.splice(Math.max(0, idle), 1);
    this.#settle(call, at);
  }

  #settle(call: Call | undefined, at: number): void {
    if (call === undefined || call.ended) return;
    this.#turnDay(at);
    this.#spentToday += costOf(call, at);
  }

  #turnDay(at: number): void {
    const day = Math.floor(at / DAY_MS);
    const passed = this.#day === 0 ? 0 : day - this.#day;
    if (this.#day !== 0 && passed <= 0) return;
    if (passed > 0) {
      this.#spentByHabit += (this.#spentToday - this.#spentByHabit) * DAY_WEIGHT;
      this.#spentByHabit *= (1 - DAY_WEIGHT) ** (passed - 1);
    }
    this.#day = day;
    this.#spentToday = 0;
  }
}

function isRunning({ answeredAt, ended }: Call): boolean {
  return answeredAt !== undefined && !ended;
}

function costOf({ answeredAt, centsPerMinute }: Call, at: number): number {
  return answeredAt === undefined ? 0 : (Math.max(0, at - answeredAt) / MINUTE_MS) * centsPerMinute;
}
