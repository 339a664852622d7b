/** What one account does by habit, inside a record of words, and what deviates from that. Times are ms since the epoch. */
import { addToPeriod, countInPeriod, PEAK_WORDS, usualPeak } from '../../lib/habit/peak.ts';
import { hasSeen, see } from '../../lib/habit/seen.ts';
import { addToHour, countInHour, deviates, habitOf, WEEK_HOURS_WORDS } from '../../lib/habit/week-hours.ts';
import type { Severity } from '../../pipeline/finding.ts';
import type { BehaviourConfig } from './config.ts';
import { DAYS_WORDS, daysKnown, isKnownFor, noteDay } from './days.ts';
import type { Deviation } from './deviation.ts';
import { tell } from './told.ts';
import { habitText, hourText, mostText, spanText } from './words.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What can deviate. */
export const HABITS = ['calls', 'registrations', 'networks', 'destinations', 'user agents'] as const;
export type Habit = (typeof HABITS)[number];

/** Things of which those new to the account are counted by day: how many are remembered, and how many new ones are many. */
interface Things {
  readonly habit: Habit;
  readonly capacity: number;
  readonly min: number;
  readonly severity: Severity;
  /** Where the peak of new ones begins; the things follow. */
  readonly start: number;
}

/** Words: the days seen, how many events, when what was told, and the habits. */
const EVENTS = DAYS_WORDS;
const TOLD = EVENTS + 1;
const CALLS = TOLD + HABITS.length;
const REGISTRATIONS = CALLS + WEEK_HOURS_WORDS;
const NETWORKS: Things = {
  habit: 'networks',
  capacity: 16,
  min: 10,
  severity: 'info',
  start: REGISTRATIONS + PEAK_WORDS,
};
const DESTINATIONS: Things = { habit: 'destinations', capacity: 16, min: 5, severity: 'warning', start: end(NETWORKS) };
const AGENTS: Things = { habit: 'user agents', capacity: 8, min: 4, severity: 'info', start: end(DESTINATIONS) };
export const ACCOUNT_WORDS = end(AGENTS);

/** Fewer are no habit, however long ago the first was. */
const ENOUGH_EVENTS = 50;
/** A phone may refresh every 30 seconds, through two connections. */
const MIN_REGISTRATIONS = 240;
const REGISTRATIONS_FACTOR = 10;
/** What was not seen for so long is new again. */
const KEEP_DAYS = 56;

export type AccountRules = Pick<BehaviourConfig, 'learn-for' | 'min-calls' | 'factor' | 'quiet-for'>;

/** Where the account lives. */
export interface Site {
  /** How many times the habit all others call in the hour of `at`, at least 1. */
  busyness(at: number, ownCalls: number): number;
}

/** Whether the account has registered, or called, from a network. */
export function knowsNetwork(record: Uint32Array, base: number, network: number): boolean {
  return hasSeen(record, base + NETWORKS.start + PEAK_WORDS, NETWORKS.capacity, network);
}

/** @returns whether the product of its user agent is new to the account */
export function noteRegistration(
  record: Uint32Array,
  base: number,
  at: number,
  network: number,
  product: number | undefined,
): boolean {
  noteEvent(record, base, at);
  addToPeriod(record, base + REGISTRATIONS, HOUR_MS, at, 1);
  noteThing(record, base, NETWORKS, network, at);
  return product !== undefined && noteThing(record, base, AGENTS, product, at);
}

/** @param destination the country or kind of a call that leads abroad or costs extra */
export function noteCall(
  record: Uint32Array,
  base: number,
  at: number,
  network: number,
  destination: number | undefined,
): void {
  noteEvent(record, base, at);
  addToHour(record, base + CALLS, at, 1);
  noteThing(record, base, NETWORKS, network, at);
  if (destination !== undefined) noteThing(record, base, DESTINATIONS, destination, at);
}

/** Whether the account is known well enough for something to be unlike it. */
export function isKnown(record: Uint32Array, base: number, at: number, learnMs: number): boolean {
  return (record[base + EVENTS] ?? 0) >= ENOUGH_EVENTS && isKnownFor(record, base, at, learnMs);
}

/** What deviates now and was not told lately; then it counts as told. */
export function judge(
  record: Uint32Array,
  base: number,
  at: number,
  rules: AccountRules,
  site: Site,
): Deviation | undefined {
  if (!isKnown(record, base, at, rules['learn-for'])) return undefined;
  return (
    judgeCalls(record, base, at, rules, site) ??
    judgeRegistrations(record, base, at, rules) ??
    judgeThings(record, base, NETWORKS, at, rules) ??
    judgeThings(record, base, DESTINATIONS, at, rules) ??
    judgeThings(record, base, AGENTS, at, rules)
  );
}

function judgeCalls(
  record: Uint32Array,
  base: number,
  at: number,
  rules: AccountRules,
  site: Site,
): Deviation | undefined {
  const count = countInHour(record, base + CALLS, at);
  if (count < rules['min-calls']) return undefined;
  const rule = { min: rules['min-calls'], factor: rules.factor, isPerson: true };
  if (!deviates(record, base + CALLS, at, rule, site.busyness(at, count))) return undefined;
  if (!isNews(record, base, 'calls', at, rules)) return undefined;
  const habit = habitText(habitOf(record, base + CALLS), daysKnown(record, base, at));
  return {
    what: 'calls',
    severity: 'warning',
    count,
    since: at - (at % HOUR_MS),
    reason: `${count} calls ${hourText(at)}; ${habit}`,
  };
}

function judgeRegistrations(record: Uint32Array, base: number, at: number, rules: AccountRules): Deviation | undefined {
  const count = countInPeriod(record, base + REGISTRATIONS, HOUR_MS, at);
  if (count < MIN_REGISTRATIONS) return undefined;
  const usual = usualPeak(record, base + REGISTRATIONS);
  if (count < REGISTRATIONS_FACTOR * usual || !isNews(record, base, 'registrations', at, rules)) return undefined;
  const habit = `by habit of ${spanText(daysKnown(record, base, at))} ${mostText(usual)} in an hour`;
  return {
    what: 'registrations',
    severity: 'info',
    count,
    since: at - (at % HOUR_MS),
    reason: `${count} registrations ${hourText(at)}; ${habit}`,
  };
}

function judgeThings(
  record: Uint32Array,
  base: number,
  { habit, min, severity, start }: Things,
  at: number,
  rules: AccountRules,
): Deviation | undefined {
  const count = countInPeriod(record, base + start, DAY_MS, at);
  if (count < min) return undefined;
  const usual = usualPeak(record, base + start);
  if (count < rules.factor * usual || !isNews(record, base, habit, at, rules)) return undefined;
  const span = spanText(daysKnown(record, base, at));
  return {
    what: habit,
    severity,
    count,
    since: at - (at % DAY_MS),
    reason: `${count} ${habit} new to the account within a day; by habit of ${span} ${mostText(usual)} a day`,
  };
}

function noteEvent(record: Uint32Array, base: number, at: number): void {
  const day = Math.floor(at / DAY_MS);
  record[base + EVENTS] = Math.min((record[base + EVENTS] ?? 0) + 1, 0xffff);
  noteDay(record, base, day);
}

function noteThing(record: Uint32Array, base: number, things: Things, hash: number, at: number): boolean {
  const isNew = see(
    record,
    base + things.start + PEAK_WORDS,
    things.capacity,
    hash,
    Math.floor(at / DAY_MS),
    KEEP_DAYS,
  );
  if (isNew) addToPeriod(record, base + things.start, DAY_MS, at, 1);
  return isNew;
}

function isNews(record: Uint32Array, base: number, habit: Habit, at: number, rules: AccountRules): boolean {
  return tell(record, base + TOLD + HABITS.indexOf(habit), at, rules['quiet-for']);
}

function end({ start, capacity }: Things): number {
  return start + PEAK_WORDS + capacity;
}
