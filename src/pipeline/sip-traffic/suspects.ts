import type { Address } from '../../lib/address.ts';
import { BoundedMap } from '../../lib/bounded-map.ts';
import { type HostKey, hostKey } from './sip-path.ts';

/** A phone that cannot reach its server asks the next one, by and by. */
const DESTINATIONS_MS = 60_000;
/** Who tries users slowly tries them for hours. */
const USERS_MS = 3_600_000;
/** A phone talks to one or two servers, and to them as one or two users. */
const FEW = 2;

interface Suspect<T> {
  readonly startedAt: number;
  readonly seen: Set<T>;
}

/** Counts to three: how many servers, and as how many users, a source has approached to no avail. */
export class Suspects {
  readonly #destinations: BoundedMap<HostKey, Suspect<HostKey>>;
  readonly #users: BoundedMap<HostKey, Suspect<string>>;

  constructor(maxSuspects: number) {
    this.#destinations = new BoundedMap(maxSuspects);
    this.#users = new BoundedMap(maxSuspects);
  }

  get evicted(): number {
    return this.#destinations.evicted + this.#users.evicted;
  }

  /** Notes a request that was not answered. True if the source goes from host to host. */
  addDestination(source: Address, destination: Address, at: number): boolean {
    return isMany(this.#destinations, source, hostKey(destination), at, DESTINATIONS_MS);
  }

  /** Notes a challenge that was not answered. True if the source tries user after user. */
  addUser(source: Address, user: string, at: number): boolean {
    return isMany(this.#users, source, user, at, USERS_MS);
  }
}

function isMany<T>(suspects: BoundedMap<HostKey, Suspect<T>>, source: Address, one: T, at: number, windowMs: number) {
  const key = hostKey(source);
  let suspect = suspects.get(key);
  if (suspect === undefined || at - suspect.startedAt >= windowMs) {
    suspect = { startedAt: at, seen: new Set() };
    suspects.set(key, suspect);
  }
  if (suspect.seen.size <= FEW) suspect.seen.add(one);
  return suspect.seen.size > FEW;
}
