import { BoundedMap } from '../../lib/bounded-map.ts';
import { roughDuration } from '../../lib/duration.ts';
import type { Deviation } from './deviation.ts';

/** A user agent by its hash, and whether the account had the same product before, in another version. */
export interface Agent {
  readonly hash: number;
  readonly isVersion: boolean;
}

interface Known {
  readonly firstAt: number;
  lastAt: number;
  /** Accounts that came with it while it was new, as many as matter. */
  readonly accounts: number[];
  versions: number;
  told: boolean;
}

const DAY_MS = 86_400_000;
const MAX_AGENTS = 1024;
/** A roll-out goes on for days. */
const NEW_FOR_MS = 7 * DAY_MS;
const KEEP_MS = 56 * DAY_MS;
/** So many accounts that are known make it worth a word. */
const MANY = 10;

/**
 * The user agents that accounts register with at one SBC. One that is new there and comes with many accounts at once is a
 * roll-out of firmware or of phones, or one tool with many passwords: worth one word, not one for each.
 */
export class AgentBook {
  readonly #agents = new BoundedMap<number, Known>(MAX_AGENTS);

  /**
   * @param account undefined if the account itself is too new
   * @param isSensorKnown whether what is new can be told from what was not seen yet
   */
  note(
    { hash, isVersion }: Agent,
    account: number | undefined,
    at: number,
    isSensorKnown: boolean,
  ): Deviation | undefined {
    let agent = this.#agents.get(hash);
    if (agent === undefined) {
      // What was here from the beginning is never new.
      const firstAt = isSensorKnown ? at : at - NEW_FOR_MS - 1;
      agent = { firstAt, lastAt: at, accounts: [], versions: 0, told: false };
      this.#agents.set(hash, agent);
    } else if (at - agent.lastAt > DAY_MS) {
      // Moved to the young end.
      this.#agents.set(hash, agent);
    }
    agent.lastAt = Math.max(agent.lastAt, at);
    if (account === undefined || agent.told || at - agent.firstAt > NEW_FOR_MS) return undefined;
    if (agent.accounts.includes(account)) return undefined;
    agent.accounts.push(account);
    if (isVersion) agent.versions++;
    if (agent.accounts.length < MANY) return undefined;
    agent.told = true;
    const within = roughDuration(Math.max(1000, at - agent.firstAt));
    return {
      what: `agent ${hash}`,
      severity: 'info',
      count: MANY,
      since: agent.firstAt,
      reason: `${MANY} accounts came within ${within} with a user agent never seen here before, ${agent.versions} of them with another version of what they had: a roll-out, or one tool with many passwords`,
    };
  }

  expire(now: number): void {
    this.#agents.expire(({ lastAt }) => now - lastAt > KEEP_MS);
  }

  snapshot(): readonly (readonly [hash: number, agent: Known])[] {
    return [...this.#agents.entries()];
  }

  restore(agents: readonly (readonly [hash: number, agent: Known])[]): void {
    for (const [hash, agent] of agents) this.#agents.set(hash, agent);
  }
}
