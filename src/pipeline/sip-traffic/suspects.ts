import type { Address } from '../../lib/address.ts';
import { BoundedMap } from '../../lib/bounded-map.ts';
import { type HostKey, hostKey } from './sip-path.ts';

const WINDOW_MS = 60_000;
/** A phone talks to one or two servers, and to them as one or two users. */
const FEW = 2;

interface Suspect {
  readonly startedAt: number;
  readonly destinations: Set<HostKey>;
  readonly users: Set<string>;
}

/** Counts to three: how many servers, and as how many users, a source has approached to no avail within a minute. */
export class Suspects {
  readonly #suspects: BoundedMap<HostKey, Suspect>;

  constructor(maxSuspects: number) {
    this.#suspects = new BoundedMap(maxSuspects);
  }

  get evicted(): number {
    return this.#suspects.evicted;
  }

  /** Notes a request that was not answered. True if the source goes from host to host. */
  addDestination(source: Address, destination: Address, at: number): boolean {
    return isMany(this.#suspect(source, at).destinations, hostKey(destination));
  }

  /** Notes a challenge that was not answered. True if the source tries user after user. */
  addUser(source: Address, user: string, at: number): boolean {
    return isMany(this.#suspect(source, at).users, user);
  }

  #suspect(source: Address, at: number): Suspect {
    const key = hostKey(source);
    const known = this.#suspects.get(key);
    if (known !== undefined && at - known.startedAt < WINDOW_MS) return known;
    const suspect = { startedAt: at, destinations: new Set<HostKey>(), users: new Set<string>() };
    this.#suspects.set(key, suspect);
    return suspect;
  }
}

function isMany<T>(seen: Set<T>, one: T): boolean {
  if (seen.size <= FEW) seen.add(one);
  return seen.size > FEW;
}
