import type { Address } from '../address.ts';
import { BoundedMap } from '../bounded-map.ts';
import type { CapturedFrame } from './captured-frame.ts';
import { Fragments } from './fragments.ts';
import { type IpPacket, PROTOCOL_IPV4, PROTOCOL_IPV6, PROTOCOL_TCP, PROTOCOL_UDP, parseIpPacket } from './ip-packet.ts';
import { findIpPacket, isKnownLinkType } from './link-layer.ts';
import { SipStream } from './sip-stream.ts';
import { TcpStream } from './tcp-stream.ts';
import { parseTcp, parseUdp, type TcpSegment } from './transport.ts';

const MAX_STREAMS = 20_000;
const MAX_FRAGMENTED_PACKETS = 2000;
const MAX_TUNNELS = 4;

/** From where to where something was sent. */
export interface Path {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly source: Address;
  readonly sourcePort: number;
  readonly destination: Address;
  readonly destinationPort: number;
  readonly transport: 'udp' | 'tcp' | 'ws';
}

/** Takes each datagram, and each SIP message of a stream. The bytes are only good until it returns. */
export type TakePayload = (payload: Buffer, path: Path) => void;

/**
 * Frames in, payloads of UDP and SIP messages of TCP and WebSocket connections out. Goes through VLANs, fragments and
 * IP in IP. ICMP is passed over with the packet it quotes: that packet went the other way, and was perhaps never sent.
 */
export class PacketDecoder {
  readonly #take: TakePayload;
  readonly #fragments = new Fragments(MAX_FRAGMENTED_PACKETS);
  readonly #streams = new BoundedMap<string, TcpStream>(MAX_STREAMS);
  /** The segment now read: what a stream takes came with it. */
  #path: Omit<Path, 'transport'> | undefined;
  #undecoded = 0;

  constructor(take: TakePayload) {
    this.#take = take;
  }

  /** Frames of a link type that is not known, and IP packets that are none. */
  get undecoded(): number {
    return this.#undecoded;
  }

  /** Fragments and connections forgotten because there were too many. */
  get evicted(): number {
    return this.#fragments.evicted + this.#streams.evicted;
  }

  decode(frame: CapturedFrame): void {
    const start = findIpPacket(frame.bytes, frame.linkType);
    // ARP and its like are in every capture.
    if (start < 0 && isKnownLinkType(frame.linkType)) return;
    const packet = start < 0 ? undefined : parseIpPacket(frame.bytes.subarray(start));
    if (packet === undefined) this.#undecoded++;
    else this.#decodePacket(packet, frame.at, 0);
  }

  /** Forgets fragments that wait too long. */
  expire(now: number): void {
    this.#fragments.expire(now);
  }

  #decodePacket(part: IpPacket, at: number, depth: number): void {
    const packet = this.#fragments.add(part, at);
    if (packet === undefined) return;
    if (packet.protocol === PROTOCOL_UDP) this.#decodeUdp(packet, at);
    else if (packet.protocol === PROTOCOL_TCP) this.#decodeTcp(packet, at);
    else if (packet.protocol === PROTOCOL_IPV4 || packet.protocol === PROTOCOL_IPV6) {
      const inner = depth < MAX_TUNNELS ? parseIpPacket(packet.payload) : undefined;
      if (inner !== undefined) this.#decodePacket(inner, at, depth + 1);
    }
  }

  #decodeUdp({ source, destination, payload }: IpPacket, at: number): void {
    const datagram = parseUdp(payload);
    if (datagram === undefined || datagram.payload.length === 0) return;
    const { sourcePort, destinationPort } = datagram;
    this.#take(datagram.payload, { at, source, sourcePort, destination, destinationPort, transport: 'udp' });
  }

  #decodeTcp({ source, destination, payload }: IpPacket, at: number): void {
    const segment = parseTcp(payload);
    if (segment === undefined) return;
    const { sourcePort, destinationPort } = segment;
    this.#path = { at, source, sourcePort, destination, destinationPort };
    const key = `${source.text} ${sourcePort} ${destination.text} ${destinationPort}`;
    this.#stream(key, segment)?.add(segment);
    if (segment.last) this.#streams.delete(key);
  }

  #stream(key: string, segment: TcpSegment): TcpStream | undefined {
    let stream = this.#streams.get(key);
    if (stream === undefined) {
      if (segment.last && segment.payload.length === 0) return undefined;
      stream = new TcpStream(new SipStream((message, transport) => this.#takeFromStream(message, transport)));
    }
    this.#streams.set(key, stream);
    return stream;
  }

  #takeFromStream(message: Buffer, transport: 'tcp' | 'ws'): void {
    if (this.#path !== undefined) this.#take(message, { ...this.#path, transport });
  }
}
