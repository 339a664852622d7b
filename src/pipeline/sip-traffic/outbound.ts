import { BoundedMap } from '../../lib/bounded-map.ts';
import { isPrivate } from '../../lib/special-networks.ts';
import { type HostKey, hostKey, type SipPath } from './sip-path.ts';

const WINDOW_MS = 60_000;
/** A PBX has a few trunks and tries each again every half minute or so. Tools are faster. */
const FEW = 10;

/**
 * Registrations that fail on the way out, from a private address to a public one: that is our PBX, whose provider does
 * not let it in, and no stranger at our door. Unless it is in such a hurry that it must be a tool within, or the public
 * address is our own door: it also serves clients that are not ours.
 */
export class Outbound {
  readonly #failures: BoundedMap<HostKey, { readonly startedAt: number; count: number }>;

  /** Public servers that serve public clients in sight: no provider's are. */
  readonly #doors: BoundedMap<HostKey, true>;

  constructor(maxSources: number) {
    this.#failures = new BoundedMap(maxSources);
    this.#doors = new BoundedMap(maxSources);
  }

  get evicted(): number {
    return this.#failures.evicted + this.#doors.evicted;
  }

  /** Notes that the source of a reply challenged or registered its destination. */
  served({ source, destination }: SipPath): void {
    if (!isPrivate(source) && !isPrivate(destination)) this.#doors.set(hostKey(source), true);
  }

  /** Whether it goes to somebody else's server, as far as is known. */
  isLeaving({ source, destination }: SipPath): boolean {
    return isPrivate(source) && !isPrivate(destination) && !this.#doors.get(hostKey(destination));
  }

  /** Notes a registration that failed. True if it is one of ours that fails elsewhere. */
  isTrunk(path: SipPath, at: number): boolean {
    if (!this.isLeaving(path)) return false;
    const key = hostKey(path.source);
    let failures = this.#failures.get(key);
    if (failures === undefined || at - failures.startedAt >= WINDOW_MS) {
      failures = { startedAt: at, count: 0 };
      this.#failures.set(key, failures);
    }
    return ++failures.count <= FEW;
  }
}
