import { BoundedMap } from '../../lib/bounded-map.ts';
import { type HostKey, hostKey, type SipPath } from './sip-path.ts';

/** How long a success speaks for an address. */
const GOOD_MS = 3_600_000;
const MAX_PAIRS = 100_000;

interface Host {
  /** When it last answered anything. */
  repliedAt: number;
  /** It challenges or registers others. */
  isServer: boolean;
}

/**
 * Who is who in traffic that shows both directions. A server (ours, or a provider's) is never blamed for its own requests
 * that fail: phones that are off, numbers that do not exist.
 *
 * A server is who challenged or registered a client. Only a reply to a request seen before counts, and not one to
 * somebody who had first challenged or registered *it*: so a client cannot make itself a server by answering a call
 * with a challenge.
 */
export class Hosts {
  readonly #hosts: BoundedMap<HostKey, Host>;
  /** `server client`, by who was the server first. */
  readonly #pairs = new BoundedMap<string, true>(MAX_PAIRS);
  /** When each address last succeeded: registered, or got a call through. */
  readonly #good: BoundedMap<HostKey, number>;
  /** When any reply was last seen: without any, the sensor sees but one direction. */
  #anyReplyAt = Number.NEGATIVE_INFINITY;

  constructor(maxHosts: number) {
    this.#hosts = new BoundedMap(maxHosts);
    this.#good = new BoundedMap(maxHosts);
  }

  get evicted(): number {
    return this.#hosts.evicted + this.#pairs.evicted + this.#good.evicted;
  }

  /** Notes the source of a reply that matched a request. */
  replied({ source, at }: SipPath): void {
    this.#anyReplyAt = Math.max(this.#anyReplyAt, at);
    const key = hostKey(source);
    const host = this.#hosts.get(key);
    if (host === undefined) this.#hosts.set(key, { repliedAt: at, isServer: false });
    else host.repliedAt = Math.max(host.repliedAt, at);
  }

  /** Notes that the source of this reply challenged or registered its destination. */
  served({ source, destination, at }: SipPath): void {
    const server = hostKey(source);
    const client = hostKey(destination);
    if (this.#pairs.get(`${client} ${server}`) !== undefined) return;
    this.#pairs.set(`${server} ${client}`, true);
    // Set anew, so that servers are not what is forgotten when the table is full.
    this.#hosts.set(server, { repliedAt: at, isServer: true });
  }

  isServer(source: SipPath['source']): boolean {
    return this.#hosts.get(hostKey(source))?.isServer === true;
  }

  /** Notes that the source of a request got what it wanted. */
  succeeded(source: SipPath['source'], at: number): void {
    this.#good.set(hostKey(source), at);
  }

  isGood(source: SipPath['source'], at: number): boolean {
    const goodAt = this.#good.get(hostKey(source));
    return goodAt !== undefined && at - goodAt < GOOD_MS;
  }

  /** Whether the destination answered somebody after this request came: it was not merely down, or out of sight. */
  wasAlive({ destination, at }: SipPath): boolean {
    return (this.#hosts.get(hostKey(destination))?.repliedAt ?? Number.NEGATIVE_INFINITY) >= at;
  }

  /** Whether the destination ever answered anybody in sight of the sensor. */
  hasReplied({ destination }: SipPath): boolean {
    return this.#hosts.get(hostKey(destination)) !== undefined;
  }

  /** Whether the destination never answered anybody, while others do. */
  isSilent(path: SipPath): boolean {
    return !this.hasReplied(path) && this.#anyReplyAt > Number.NEGATIVE_INFINITY;
  }
}
