import { timingSafeEqual } from 'node:crypto';
import type { Address } from '../../lib/address.ts';
import { decodeHep } from '../../lib/hep/decode-hep.ts';
import { HEP_FAULTS, type HepFault, type HepPacket } from '../../lib/hep/hep-packet.ts';
import type { Network } from '../../lib/network.ts';
import type { Signal } from '../../pipeline/signal.ts';
import { hostKey } from '../../pipeline/sip-traffic/sip-path.ts';
import { SipTraffic } from '../../pipeline/sip-traffic/sip-traffic.ts';
import type { Peer } from '../listener.ts';
import { SenderCounts } from '../sender-counts.ts';

/** Why a report was left out. */
export const REFUSALS = [...HEP_FAULTS, 'sender', 'auth-key', 'not-sip'] as const;
export type Refusal = (typeof REFUSALS)[number];

export interface ReceiverOptions {
  readonly sensor: string;
  readonly senders: readonly Network[];
  readonly authKey: string | undefined;
  readonly own: readonly Network[];
  readonly maxClockSkewMs: number;
  readonly maxTransactions: number;
}

/** Reports of capture agents in, signals out. Decides whose reports count and what time it is in them. */
export class Receiver {
  readonly #options: ReceiverOptions;
  readonly #authKey: Buffer | undefined;
  readonly #traffic: SipTraffic;
  readonly #refused = new Map<Refusal, number>();
  #packets = 0;
  /** Agents send many reports one after the other. */
  #lastSender: Address | undefined;
  #lastIsWelcome = false;
  readonly #senders = new SenderCounts();
  /** Of the last sender, not counted yet: its address is not written out for each report. */
  #uncounted = 0;

  constructor(options: ReceiverOptions) {
    this.#options = { ...options };
    this.#authKey = options.authKey === undefined ? undefined : Buffer.from(options.authKey);
    this.#traffic = new SipTraffic(options);
  }

  /** Reports that came, refused ones included. */
  get packets(): number {
    return this.#packets;
  }

  /** How many reports were left out, by why. RTCP and other reports without SIP are `not-sip`, and as they should be. */
  get refused(): ReadonlyMap<Refusal, number> {
    return this.#refused;
  }

  /** How many reports came of each sender that is allowed. */
  senders(): ReadonlyMap<string, number> {
    this.#countSender();
    return this.#senders.all();
  }

  /** What was forgotten before its time because there was too much. */
  get evicted(): number {
    return this.#traffic.evicted;
  }

  /** Takes one report. Undefined, or why it was left out. */
  hear(bytes: Buffer, peer: Peer, now: number): Refusal | undefined {
    this.#packets++;
    const refusal = this.#take(bytes, peer, now);
    if (refusal !== undefined) this.#refused.set(refusal, (this.#refused.get(refusal) ?? 0) + 1);
    return refusal;
  }

  /** The signals since last time. */
  take(): Signal[] {
    return this.#traffic.take();
  }

  /** Concludes what time has decided. */
  expire(now: number): void {
    this.#traffic.expire(now);
  }

  #take(bytes: Buffer, peer: Peer, now: number): Refusal | undefined {
    if (!this.#isWelcome(peer.address)) return 'sender';
    const packet: HepPacket | HepFault = decodeHep(bytes);
    if (typeof packet === 'string') return packet;
    if (!this.#isAuthentic(packet.authKey)) return 'auth-key';
    this.#uncounted++;
    if (!packet.isSip) return 'not-sip';
    const isSip = this.#traffic.observe(packet.payload, { ...packet, at: this.#timeOf(packet, now) });
    return isSip ? undefined : 'not-sip';
  }

  #isWelcome(sender: Address): boolean {
    if (this.#lastSender === undefined || hostKey(sender) !== hostKey(this.#lastSender)) {
      this.#countSender();
      this.#lastSender = sender;
      this.#lastIsWelcome = this.#options.senders.some((network) => network.contains(sender));
    }
    return this.#lastIsWelcome;
  }

  #countSender(): void {
    if (this.#lastSender !== undefined && this.#uncounted > 0)
      this.#senders.add(this.#lastSender.text, this.#uncounted);
    this.#uncounted = 0;
  }

  #isAuthentic(authKey: string): boolean {
    if (this.#authKey === undefined) return true;
    const given = Buffer.from(authKey, 'latin1');
    return given.length === this.#authKey.length && timingSafeEqual(given, this.#authKey);
  }

  #timeOf({ at }: HepPacket, now: number): number {
    return at === undefined || Math.abs(at - now) > this.#options.maxClockSkewMs ? now : at;
  }
}
