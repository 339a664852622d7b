import {
  addToHour,
  countInHour,
  deviates,
  type HourRule,
  habitOf,
  usualAround,
  WEEK_HOURS_WORDS,
} from '../../lib/habit/week-hours.ts';
import { type Agent, AgentBook } from './agents.ts';
import type { BehaviourConfig } from './config.ts';
import { DAYS_WORDS, daysKnown, isKnownFor, noteDay } from './days.ts';
import type { Deviation } from './deviation.ts';
import { tell } from './told.ts';
import { habitText, hourText } from './words.ts';

/** What is counted of all accounts together. */
export const TRAFFIC = ['calls', 'registrations', 'failures'] as const;
export type Traffic = (typeof TRAFFIC)[number];

/** How much within an hour is worth a word, and how many times the habit: the internet's noise is uneven. */
const RULES: Readonly<Record<Traffic, HourRule>> = {
  calls: { min: 200, factor: 3, isPerson: false },
  registrations: { min: 1000, factor: 5, isPerson: false },
  failures: { min: 1000, factor: 5, isPerson: false },
};

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** So many accounts are told of one by one when they deviate in the same hour; more have something in common. */
const CROWD = 3;
/** Calls within an hour from which on there are others to compare somebody with. */
const BUSY_SITE = 100;

/** Words: the days with traffic, when what was told, then the hours of each. */
const TOLD = DAYS_WORDS;
const HOURS = TOLD + TRAFFIC.length;
const WORDS = HOURS + TRAFFIC.length * WEEK_HOURS_WORDS;

export interface SensorSnapshot {
  readonly words: Uint32Array;
  readonly agents: ReturnType<AgentBook['snapshot']>;
}

/** Whether a deviation of an account is told, drowned in a crowd, or makes the crowd itself worth a word. */
export type CrowdVerdict = 'told' | 'crowd' | 'drowned';

/** What one SBC does by habit: all the traffic that a sensor sees. */
export class SensorHabits {
  readonly #words = new Uint32Array(WORDS);
  readonly #agents = new AgentBook();
  /** Accounts that deviate, by what, in the hour. Not kept across a restart. */
  readonly #crowds = new Map<string, { hour: number; count: number }>();

  /** @returns what deviates and was not told lately; then it counts as told */
  count(traffic: Traffic, at: number, count: number, config: BehaviourConfig): Deviation | undefined {
    noteDay(this.#words, 0, Math.floor(at / DAY_MS));
    const index = TRAFFIC.indexOf(traffic);
    const base = HOURS + index * WEEK_HOURS_WORDS;
    const total = addToHour(this.#words, base, at, count);
    const rule = RULES[traffic];
    if (total < rule.min || !this.isKnown(at, config['learn-for'])) return undefined;
    if (!deviates(this.#words, base, at, rule)) return undefined;
    if (!tell(this.#words, TOLD + index, at, config['quiet-for'])) return undefined;
    return {
      what: traffic,
      severity: 'warning',
      count: countInHour(this.#words, base, at),
      since: at - (at % HOUR_MS),
      reason: `${total} ${traffic} ${hourText(at)}; ${habitText(habitOf(this.#words, base), daysKnown(this.#words, 0, at))}`,
    };
  }

  /** After an outage, or in a storm, everybody calls more than else. Where little is called nothing is said of that. */
  busyness(at: number, ownCalls: number): number {
    const base = HOURS + TRAFFIC.indexOf('calls') * WEEK_HOURS_WORDS;
    const usual = usualAround(this.#words, base);
    return usual < BUSY_SITE ? 1 : Math.max(1, (countInHour(this.#words, base, at) - ownCalls) / usual);
  }

  /**
   * An account registered with this user agent.
   * @param account undefined if it is too new for what it comes with to be told from its habit
   * @returns the agent, once many came with it
   */
  noteAgent(agent: Agent, account: number | undefined, at: number, learnMs: number): Deviation | undefined {
    return this.#agents.note(agent, account, at, this.isKnown(at, learnMs));
  }

  /** One more account deviates. */
  joinCrowd(what: string, at: number): CrowdVerdict {
    const hour = Math.floor(at / HOUR_MS);
    const crowd = this.#crowds.get(what) ?? { hour, count: 0 };
    if (crowd.hour !== hour) [crowd.hour, crowd.count] = [hour, 0];
    crowd.count++;
    this.#crowds.set(what, crowd);
    if (crowd.count <= CROWD) return 'told';
    return crowd.count === CROWD + 1 ? 'crowd' : 'drowned';
  }

  isKnown(at: number, learnMs: number): boolean {
    return isKnownFor(this.#words, 0, at, learnMs);
  }

  expire(now: number): void {
    this.#agents.expire(now);
  }

  snapshot(): SensorSnapshot {
    return { words: this.#words.slice(), agents: this.#agents.snapshot() };
  }

  /** @returns false if the words are of another form */
  restore({ words, agents }: SensorSnapshot): boolean {
    if (words.length !== WORDS) return false;
    this.#words.set(words);
    this.#agents.restore(agents);
    return true;
  }
}
