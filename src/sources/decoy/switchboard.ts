import { faultOf, type MalformedReason, parseSip, type SipRequest } from '../../lib/sip/index.ts';
import type { Signal } from '../../pipeline/signal.ts';
import { type Answer, answerTo } from './answer.ts';
import { composeReply, type Peer, type Persona } from './compose-reply.ts';
import { type NonceAge, Nonces, randomOpaque } from './nonces.ts';
import { RecentRequests } from './recent-requests.ts';
import { ReplyLimits } from './reply-limits.ts';
import { signalOf } from './signal-of.ts';

export type DecoyTransport = 'udp' | 'tcp';

/** What came of some bytes. */
export interface Heard {
  readonly signal: Signal | undefined;
  readonly reply: Buffer | undefined;
}

export interface SwitchboardOptions extends Persona {
  readonly sensor: string;
  readonly repliesPerSecond: number;
  readonly nonces?: Nonces;
}

/** Counted since the start. */
export interface SwitchboardCounts {
  readonly heard: number;
  readonly signals: number;
  readonly replied: number;
  /** Replies not sent because the source had enough of them. */
  readonly limited: number;
  /** Replies not sent because they would have been longer than the request. */
  readonly tooLong: number;
}

const NO_CHALLENGE = { nonce: '', opaque: '' };
const NOTHING: Heard = { signal: undefined, reply: undefined };

/**
 * The decoy without its sockets: takes what was heard, says what to answer and what it means. A reply over UDP is never
 * longer than the request, so that nobody gains by forging an address; and it goes only to where the request came from.
 */
export class Switchboard {
  readonly #options: SwitchboardOptions;
  readonly #nonces: Nonces;
  readonly #recent = new RecentRequests();
  readonly #limits: ReplyLimits;
  #heard = 0;
  #signals = 0;
  #replied = 0;
  #tooLong = 0;

  constructor(options: SwitchboardOptions) {
    this.#options = { ...options };
    this.#nonces = options.nonces ?? new Nonces();
    this.#limits = new ReplyLimits(options.repliesPerSecond);
  }

  get counts(): SwitchboardCounts {
    return {
      heard: this.#heard,
      signals: this.#signals,
      replied: this.#replied,
      limited: this.#limits.refused,
      tooLong: this.#tooLong,
    };
  }

  /** Whether the source may have one more reply; for what is answered without a look (a ping). */
  mayReply(peer: Peer, now: number): boolean {
    return this.#limits.take(peer.address, now);
  }

  /** @param bytes a datagram, or a message cut from a stream */
  hear(bytes: Buffer, peer: Peer, transport: DecoyTransport, now: number): Heard {
    const parsed = parseSip(bytes);
    if (parsed.kind === 'malformed' && parsed.reason === 'empty') return NOTHING;
    this.#heard++;
    const message = parsed.kind === 'malformed' ? parsed.message : parsed;
    // A response to what was never asked: a reflection, or somebody's mistake. Its source did not knock.
    if (message?.kind === 'response') return NOTHING;
    const fault = parsed.kind === 'malformed' ? parsed.reason : message && faultOf(message);
    const repeated = transport === 'udp' && this.#recent.repeats(`${peer.address.text} ${peer.port}`, bytes, now);
    return this.#attend({ bytes, message, fault, repeated, peer, transport, now });
  }

  #attend(call: Call): Heard {
    const { message, fault, peer, transport, now } = call;
    const nonce = message && this.#nonceAge(message, peer, now);
    const inviteSeen = message !== undefined && this.#noteInvite(message, peer, now);
    const answer = message && answerTo(message, { fault, nonce, inviteSeen });
    const silent = call.repeated || (message?.method === 'ACK' && inviteSeen);
    const sighting = { peer, transport, sensor: this.#options.sensor, fault, nonce, status: answer?.status ?? 0, now };
    if (!silent) this.#signals++;
    return {
      signal: silent ? undefined : signalOf(message, sighting),
      reply: message && answer && this.#reply(message, answer, call),
    };
  }

  #reply(message: SipRequest, answer: Answer, call: Call): Buffer | undefined {
    const { peer, now, bytes } = call;
    if (!this.#limits.take(peer.address, now)) return undefined;
    const reply = composeReply(message, peer, this.#options, {
      answer,
      tag: this.#nonces.tag(bytes),
      ...(answer.challenge === 'none' ? NO_CHALLENGE : this.#challenge(peer, now)),
      maxBytes: call.transport === 'udp' ? bytes.length : Number.POSITIVE_INFINITY,
      stream: call.transport === 'tcp',
    });
    if (reply === undefined) this.#tooLong++;
    else this.#replied++;
    return reply;
  }

  #challenge(peer: Peer, now: number) {
    return { nonce: this.#nonces.issue(peer.address, now), opaque: randomOpaque() };
  }

  /** The best of several credentials; undefined if there are none. */
  #nonceAge(message: SipRequest, peer: Peer, now: number): NonceAge | undefined {
    const ages = message.credentials.map(({ nonce }) => this.#nonces.age(nonce ?? '', peer.address, now));
    return (['fresh', 'stale', 'foreign'] as const).find((age) => ages.includes(age));
  }

  /** Remembers an INVITE; true for the ACK or CANCEL that belongs to one. */
  #noteInvite(message: SipRequest, peer: Peer, now: number): boolean {
    const call = `invite ${message.callId}`;
    if (message.method !== 'INVITE') return this.#recent.has(peer.address.text, call, now);
    this.#recent.repeats(peer.address.text, call, now);
    return false;
  }
}

interface Call {
  readonly bytes: Buffer;
  readonly message: SipRequest | undefined;
  readonly fault: MalformedReason | undefined;
  readonly repeated: boolean;
  readonly peer: Peer;
  readonly transport: DecoyTransport;
  readonly now: number;
}
