import { BoundedMap } from '../bounded-map.ts';
import type { IpPacket } from './ip-packet.ts';

/** The longest payload of an IP packet. */
const MAX_PAYLOAD = 65_535;
/** More are no honest packet: each carries at least the 1,000 bytes or so that every link does. */
const MAX_FRAGMENTS = 128;
/** RFC 8200 section 4.5 allows a minute. */
const LIFETIME_MS = 30_000;

interface Parts {
  readonly startedAt: number;
  /** By offset. */
  readonly payloads: Map<number, Buffer>;
  bytes: number;
  /** -1 until the last fragment came. */
  total: number;
  /** Protocol named by the first fragment: in IPv6 each may name another, and the first counts. */
  protocol: number;
}

/** Puts fragmented packets together again. Bounded: the oldest unfinished ones go first, and are counted. */
export class Fragments {
  readonly #unfinished: BoundedMap<string, Parts>;
  #refused = 0;

  constructor(maxPackets: number) {
    this.#unfinished = new BoundedMap(maxPackets);
  }

  /** Packets forgotten unfinished because there were too many. */
  get evicted(): number {
    return this.#unfinished.evicted;
  }

  /** Packets given up because fragments overlapped or went beyond the longest packet. */
  get refused(): number {
    return this.#refused;
  }

  /** The whole packet once its last missing part comes; undefined until then. */
  add(packet: IpPacket, at: number): IpPacket | undefined {
    const { fragment } = packet;
    if (fragment === undefined) return packet;
    const key = `${packet.source.text} ${packet.destination.text} ${fragment.id}`;
    const known = this.#unfinished.get(key);
    const parts = known === undefined || at - known.startedAt > LIFETIME_MS ? newParts(at) : known;
    this.#unfinished.set(key, parts);
    if (!fits(parts, packet)) {
      this.#unfinished.delete(key);
      this.#refused++;
      return undefined;
    }
    // A copy: the frame is a view of what is read next.
    if (!parts.payloads.has(fragment.offset)) {
      parts.payloads.set(fragment.offset, Buffer.from(packet.payload));
      parts.bytes += packet.payload.length;
    }
    if (!fragment.more) parts.total = fragment.offset + packet.payload.length;
    if (fragment.offset === 0) parts.protocol = packet.protocol;
    if (parts.bytes !== parts.total) return undefined;
    this.#unfinished.delete(key);
    return join(packet, parts);
  }

  /** Forgets what waits too long. */
  expire(now: number): void {
    this.#unfinished.expire((parts) => now - parts.startedAt > LIFETIME_MS);
  }
}

function newParts(startedAt: number): Parts {
  return { startedAt, payloads: new Map(), bytes: 0, total: -1, protocol: -1 };
}

/** The same part again is fine; anything else that overlaps is an attack on whoever puts it together (RFC 5722). */
function fits(parts: Parts, packet: IpPacket): boolean {
  const { offset = 0, more = false } = packet.fragment ?? {};
  const end = offset + packet.payload.length;
  if (end > MAX_PAYLOAD || packet.payload.length === 0) return false;
  if (parts.total >= 0 && (end > parts.total || (!more && end !== parts.total))) return false;
  const same = parts.payloads.get(offset);
  if (same !== undefined) return same.equals(packet.payload);
  if (parts.payloads.size === MAX_FRAGMENTS) return false;
  for (const [other, payload] of parts.payloads) if (other < end && offset < other + payload.length) return false;
  return true;
}

function join(packet: IpPacket, parts: Parts): IpPacket | undefined {
  const payload = Buffer.alloc(parts.total);
  for (const [offset, part] of parts.payloads) part.copy(payload, offset);
  if (parts.protocol < 0) return undefined;
  return { ...packet, protocol: parts.protocol, payload, fragment: undefined };
}
