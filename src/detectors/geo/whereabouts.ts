import { BoundedMap } from '../../lib/bounded-map.ts';
import { kmBetweenCountries, kmBetweenPlaces, type Place } from '../../lib/geography/distance.ts';
import { hashText } from '../../lib/text-hash.ts';
import type { Signal } from '../../pipeline/signal.ts';

/** Countries times user agents of an account; the one unseen for longest gives way. */
const MAX_SIGHTINGS = 16;
/** Nearer than this, a database is as likely wrong as somebody in two places. */
const LEAST_KM = 300;
const HOUR_MS = 3_600_000;

/** Where an account got in with one user agent, and when last. */
export interface Sighting {
  readonly country: string;
  readonly place: Place | undefined;
  /** Hash of the user agent. */
  readonly agent: number;
  readonly source: string;
  /** The counting key of the source. */
  readonly high: number;
  readonly low: number;
  at: number;
}

interface Account {
  readonly firstAt: number;
  lastAt: number;
  readonly sightings: readonly Sighting[];
}

export type WhereaboutsSnapshot = readonly (readonly [aor: string, account: Account])[];

export interface WhereaboutsOptions {
  readonly learnMs: number;
  readonly knownMs: number;
  readonly travellerFrom: number;
  readonly maxSpeed: number;
  readonly maxAccounts: number;
}

/** An account turned up in a country that was not its own. */
export interface Appearance {
  /** The sighting it is measured against: one that it cannot have come from in time, else the latest. */
  readonly before: Sighting;
  /** How far that is at the least; undefined if it can have come from there. */
  readonly impossibleKm: number | undefined;
  /** Its countries until now. */
  readonly countries: readonly string[];
  readonly isNewAgent: boolean;
}

/**
 * From which countries each account gets in. A country becomes the account's own by being told of once, so people with
 * several clients in several countries at once (a desk phone in the office, a mobile abroad, a VPN) are told of once.
 *
 * A device that the account had before is measured against its own sightings only: it travelled, the desk phone did not.
 * One with a new user agent is measured against all, once the account is known well enough to say what its own are.
 */
export class Whereabouts {
  readonly #options: WhereaboutsOptions;
  readonly #accounts: BoundedMap<string, Account>;

  constructor(options: WhereaboutsOptions) {
    this.#options = { ...options };
    this.#accounts = new BoundedMap(options.maxAccounts);
  }

  get size(): number {
    return this.#accounts.size;
  }

  get evicted(): number {
    return this.#accounts.evicted;
  }

  knows(aor: string): boolean {
    return this.#accounts.get(aor) !== undefined;
  }

  /**
   * Takes note if the account got in from this source with this user agent before, so that its country need not be looked
   * up: nearly always.
   *
   * @returns whether it did
   */
  seenAgain(aor: string, { address: { high, low }, at, userAgent }: Signal): boolean {
    const account = this.#accounts.get(aor);
    if (account === undefined) return false;
    const agent = hashText(userAgent, 1);
    const same = account.sightings.find((one) => one.low === low && one.high === high && one.agent === agent);
    if (same === undefined || at - same.at > this.#options.knownMs) return false;
    same.at = Math.max(at, same.at);
    account.lastAt = Math.max(at, account.lastAt);
    this.#accounts.set(aor, account);
    return true;
  }

  /** The account got in from `country`. */
  seen(aor: string, signal: Signal, country: string, place: Place | undefined): Appearance | undefined {
    const { at, address, userAgent } = signal;
    const account = this.#accounts.get(aor);
    const known = (account?.sightings ?? [])
      .filter((one) => at - one.at <= this.#options.knownMs)
      .sort((one, other) => one.at - other.at);
    const agent = hashText(userAgent, 1);
    const sighting = { country, place, agent, source: address.text, high: address.high, low: address.low, at };
    const others = known.filter((one) => one.country !== country || one.agent !== agent);
    this.#accounts.set(aor, {
      firstAt: known.length === 0 ? at : Math.min(at, account?.firstAt ?? at),
      lastAt: Math.max(at, account?.lastAt ?? at),
      sightings: [...others.slice(1 - MAX_SIGHTINGS), sighting],
    });
    const isNew = account !== undefined && known.length > 0 && known.every((one) => one.country !== country);
    return isNew ? this.#judge(account, known, sighting) : undefined;
  }

  expire(now: number): void {
    this.#accounts.expire(({ lastAt }) => now - lastAt > this.#options.knownMs);
  }

  snapshot(): WhereaboutsSnapshot {
    return [...this.#accounts.entries()];
  }

  restore(kept: WhereaboutsSnapshot): void {
    for (const [aor, account] of kept) this.#accounts.set(aor, account);
  }

  #judge({ firstAt }: Account, known: readonly Sighting[], now: Sighting): Appearance | undefined {
    const { learnMs, travellerFrom } = this.#options;
    const isLearned = now.at - firstAt >= learnMs;
    const sameAgent = known.filter(({ agent }) => agent === now.agent);
    const countries = [...new Set(known.map(({ country }) => country))].sort();
    const isNewAgent = sameAgent.length === 0;
    const impossible = this.#farthest(isNewAgent && isLearned ? known : sameAgent, now);
    if (impossible !== undefined) {
      return { before: impossible.sighting, impossibleKm: impossible.km, countries, isNewAgent };
    }
    const before = known.at(-1);
    if (!isLearned || countries.length >= travellerFrom || before === undefined) return undefined;
    return { before, impossibleKm: undefined, countries, isNewAgent };
  }

  /** The sighting that most exceeds what can be travelled since; undefined if all are within reach. */
  #farthest(sightings: readonly Sighting[], now: Sighting): { sighting: Sighting; km: number } | undefined {
    let worst: { sighting: Sighting; km: number } | undefined;
    let most = 0;
    for (const sighting of sightings) {
      const km = kmBetween(sighting, now);
      const excess = km - (Math.abs(now.at - sighting.at) / HOUR_MS) * this.#options.maxSpeed;
      if (km < LEAST_KM || excess <= most) continue;
      most = excess;
      worst = { sighting, km };
    }
    return worst;
  }
}

/** At the least. */
function kmBetween(a: Sighting, b: Sighting): number {
  return a.place !== undefined && b.place !== undefined
    ? kmBetweenPlaces(a.place, b.place)
    : kmBetweenCountries(a.country, b.country);
}
