import { BoundedMap } from '../../lib/bounded-map.ts';
import { RecentThings } from '../../lib/recent-things.ts';

const MAX_SOURCES = 32;
const MAX_AGENTS = 8;
const MAX_COUNTRIES = 16;

/** What an account's owner does: from where, with what, and which countries are called. */
export interface Habits {
  lastAt: number;
  readonly sources: RecentThings;
  /** Products, without their versions. */
  readonly agents: RecentThings;
  readonly countries: RecentThings;
}

type Entries = readonly (readonly [thing: string, at: number])[];
/** What `snapshot` gives of an account. */
type KeptHabits = readonly [account: string, lastAt: number, sources: Entries, agents: Entries, countries: Entries];

/** What is known of those who get in. Only a success makes an entry, so guesses cannot fill it. */
export class Owners {
  readonly #accounts: BoundedMap<string, Habits>;
  readonly #keepMs: number;

  constructor(maxAccounts: number, keepMs: number) {
    this.#accounts = new BoundedMap(maxAccounts);
    this.#keepMs = keepMs;
  }

  get size(): number {
    return this.#accounts.size;
  }

  get evicted(): number {
    return this.#accounts.evicted;
  }

  /** What was seen within `keepMs` before `at`; undefined if nothing was. */
  get(account: string, at: number): Habits | undefined {
    const habits = this.#accounts.get(account);
    if (habits === undefined || at - habits.lastAt > this.#keepMs) return undefined;
    const before = at - this.#keepMs;
    for (const things of [habits.sources, habits.agents, habits.countries]) things.expire(before);
    return habits;
  }

  registered(account: string, source: string, agent: string, at: number): void {
    const habits = this.get(account, at) ?? newHabits(at);
    habits.lastAt = at;
    habits.sources.add(source, at);
    if (agent !== '') habits.agents.add(agent, at);
    this.#accounts.set(account, habits);
  }

  /** A country called by an account that is known. */
  called(account: string, country: string, at: number): void {
    this.get(account, at)?.countries.add(country, at);
  }

  snapshot(): readonly KeptHabits[] {
    return [...this.#accounts.entries()].map(([account, { lastAt, sources, agents, countries }]) => {
      return [account, lastAt, sources.entries(), agents.entries(), countries.entries()];
    });
  }

  restore(kept: readonly KeptHabits[]): void {
    for (const [account, lastAt, ...lists] of kept) {
      const habits = newHabits(lastAt);
      const things = [habits.sources, habits.agents, habits.countries];
      for (const [i, list] of lists.entries()) for (const [thing, at] of list) things[i]?.add(thing, at);
      this.#accounts.set(account, habits);
    }
  }

  expire(now: number): void {
    this.#accounts.expire(({ lastAt }) => now - lastAt > this.#keepMs);
  }
}

function newHabits(at: number): Habits {
  return {
    lastAt: at,
    sources: new RecentThings(MAX_SOURCES),
    agents: new RecentThings(MAX_AGENTS),
    countries: new RecentThings(MAX_COUNTRIES),
  };
}
