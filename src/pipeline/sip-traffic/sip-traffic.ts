import type { Address } from '../../lib/address.ts';
import type { Network } from '../../lib/network.ts';
import type { Malformed } from '../../lib/sip/malformed.ts';
import type { SipRequest, SipResponse } from '../../lib/sip/message.ts';
import { parseSip } from '../../lib/sip/parse-sip.ts';
import { makeSignal } from '../make-signal.ts';
import { markScore } from '../scanner-marks.ts';
import { SCANNER_USER_AGENTS } from '../scanner-user-agents.ts';
import type { RefusalReason, Signal, SignalFields, SignalKind } from '../signal.ts';
import { Calls } from './calls.ts';
import { Challenged } from './challenged.ts';
import { Challenges } from './challenges.ts';
import { Credentials } from './credentials.ts';
import { describeRequest, describeSource, type RequestFields, targetOf } from './describe-request.ts';
import { Floods } from './floods.ts';
import { Hosts } from './hosts.ts';
import { Outbound } from './outbound.ts';
import { isDialProbe, refusalReason } from './refusal.ts';
import { RenewedNonces } from './renewed-nonces.ts';
import { isForwarded } from './sender.ts';
import { hostKey, isNobody, type SipPath } from './sip-path.ts';
import { Suspects } from './suspects.ts';
import { keyBeforeProxy, keyOfReply, keyOfRequest, type Transaction, Transactions } from './transactions.ts';

/** Nobody waits longer for the first reply: by then a request has been sent five times (RFC 3261 section 17.1.2.1). */
const UNANSWERED_MS = 10_000;
/** At the end of a recording this must do. */
const UNANSWERED_AT_END_MS = 5000;
/** A client answers a challenge by itself, within a round trip. */
const CHALLENGED_AT_END_MS = 200;
/** Timer C (RFC 3261 section 16.6) with some patience. */
const RINGING_MS = 300_000;
const EXPIRE_EVERY_MS = 250;

export interface SipTrafficOptions {
  /** Name given to the signals. */
  readonly sensor: string;
  /** Our own hosts, where known: nothing they send is held against them. */
  readonly own?: readonly Network[];
  /** Requests, and as many challenges, calls and hosts, remembered at a time. */
  readonly maxTransactions?: number;
}

type Outcome = Partial<Pick<SignalFields, 'status' | 'reason' | 'detail' | 'proven' | 'count'>>;

/**
 * Puts SIP messages seen on the wire together to transactions, and tells what came of them with the signals that the
 * OpenSIPS script gives. It sees more than the script: requests that nobody answers, and challenges.
 *
 * Signals are about the source of a request. A server's own requests make none (`Hosts`). Time is the messages' own.
 * All state is bounded.
 */
export class SipTraffic {
  readonly #sensor: string;
  readonly #own: readonly Network[];
  readonly #transactions: Transactions;
  readonly #challenges: Challenges;
  readonly #challenged: Challenged;
  readonly #credentials: Credentials;
  readonly #hosts: Hosts;
  readonly #suspects: Suspects;
  readonly #calls: Calls;
  readonly #floods: Floods;
  readonly #renewedNonces: RenewedNonces;
  readonly #outbound: Outbound;
  #signals: Signal[] = [];
  #expiredAt = 0;

  constructor(options: SipTrafficOptions) {
    const max = options.maxTransactions ?? 200_000;
    this.#sensor = options.sensor;
    this.#own = options.own ?? [];
    this.#transactions = new Transactions({
      maxTransactions: max,
      unansweredMs: UNANSWERED_MS,
      ringingMs: RINGING_MS,
    });
    // Two values each: with and without the opaque.
    this.#challenges = new Challenges(2 * max);
    this.#challenged = new Challenged(max, UNANSWERED_MS);
    this.#credentials = new Credentials(max);
    this.#hosts = new Hosts(max);
    this.#suspects = new Suspects(max);
    this.#calls = new Calls(max);
    this.#floods = new Floods(max);
    this.#renewedNonces = new RenewedNonces(max);
    this.#outbound = new Outbound(max);
  }

  /** Requests now remembered. */
  get tracked(): number {
    return this.#transactions.size;
  }

  /** What was forgotten before its time because a table was full. */
  get evicted(): number {
    const requests = [this.#transactions, this.#challenged, this.#renewedNonces, this.#calls];
    const credentials = [this.#challenges, this.#credentials];
    const sources = [this.#hosts, this.#suspects, this.#floods, this.#outbound];
    return [...requests, ...credentials, ...sources].reduce((sum, table) => sum + table.evicted, 0);
  }

  /** Takes one SIP message. False if these bytes are none. They may be overwritten afterwards. */
  observe(bytes: Uint8Array, path: SipPath): boolean {
    if (Math.abs(path.at - this.#expiredAt) >= EXPIRE_EVERY_MS) this.expire(path.at);
    const message = parseSip(bytes);
    switch (message.kind) {
      case 'request':
        this.#observeRequest(message, path);
        return true;
      case 'response':
        this.#observeReply(message, path);
        return true;
      case 'malformed':
        return this.#observeMalformed(message, path);
      default:
        return message satisfies never;
    }
  }

  /** The signals since last time, in order. */
  take(): Signal[] {
    const signals = this.#signals;
    this.#signals = [];
    return signals;
  }

  /** Concludes what time has decided. */
  expire(now: number): void {
    this.#expiredAt = now;
    this.#challenges.expire(now);
    this.#credentials.expire(now);
    this.#floods.expire(now);
    for (const transaction of this.#transactions.expire(now)) this.#concludeUnanswered(transaction, now);
    for (const transaction of this.#challenged.expire(now)) this.#concludeAbandoned(transaction, now);
  }

  /** At the end of a recording: nothing more will come. */
  finish(now: number): void {
    const later = now + UNANSWERED_MS;
    for (const transaction of this.#transactions.expire(later - UNANSWERED_AT_END_MS))
      this.#concludeUnanswered(transaction, now);
    for (const transaction of this.#challenged.expire(later - CHALLENGED_AT_END_MS))
      this.#concludeAbandoned(transaction, now);
    for (const transaction of this.#transactions.expire(Number.POSITIVE_INFINITY)) this.#tellScanner(transaction, now);
  }

  #observeMalformed({ reason, message }: Malformed, path: SipPath): boolean {
    if (reason === 'empty' || reason === 'not-sip') return false;
    if (message?.kind === 'response') return true;
    const fields = message === undefined ? describeSource(path) : describeRequest(message, path);
    if (this.#isOurs(fields.address)) return true;
    const proven = path.transport === 'udp' ? 'no' : 'unknown';
    this.#signals.push(
      makeSignal('malformed', { ...fields, sensor: this.#sensor, proven, reason: 'malformed', detail: reason }),
    );
    return true;
  }

  #observeRequest(request: SipRequest, path: SipPath): void {
    const { method } = request;
    if (method === 'ACK' || method === 'CANCEL') return;
    if (method === 'BYE') {
      this.#observeBye(request.callId, path);
      return;
    }
    const { credentials } = request;
    const described = describeRequest(request, path);
    // Those for a provider's server are no account of ours: its calls are those of all who call by it.
    const fields = this.#isLeaving(path) ? described : this.#credentials.read(described, credentials);
    const key = keyOfRequest(fields, request, path);
    const digest = credentials.map((one) => one.parameter('response') ?? '-').join();
    if (this.#transactions.isKnown(key, digest)) {
      this.#challenged.repeat(fields);
      return;
    }
    const forwarded = isForwarded(fields, path);
    const transaction: Transaction = {
      request: fields,
      path,
      // A proxy says so: the packet itself shows nothing of who sent it.
      proven: forwarded ? 'no' : this.#challenges.prove(credentials, path),
      digest,
      nonce: credentials[0]?.nonce ?? '',
      hasToTag: (request.to?.tag ?? '') !== '',
      isCopy: forwarded && this.#transactions.isKnown(keyBeforeProxy(fields, request), digest),
      status: 0,
    };
    if (digest !== '') this.#challenged.answer(transaction);
    this.#transactions.add(key, transaction);
    this.#countFlood(transaction);
    if (method === 'REGISTER' && !this.#hosts.hasReplied(path)) this.#observeUnseen(transaction, credentials);
  }

  /** A registration whose reply may well come by another way: then what the client does next tells what it got. */
  #observeUnseen(transaction: Transaction, [credentials]: SipRequest['credentials']): void {
    if (credentials === undefined) {
      this.#challenged.add(transaction, transaction.path.at);
      return;
    }
    const refused = this.#renewedNonces.add(transaction, credentials);
    if (refused !== undefined) this.#emit('register.failed', refused, transaction.path.at, { detail: 'no reply seen' });
  }

  #countFlood(transaction: Transaction): void {
    const { address, at } = transaction.request;
    if (this.#isExempt(transaction) || this.#hosts.isGood(address, at)) return;
    const count = this.#floods.add(address, at);
    if (count > 0) this.#emit('flood', transaction, at, { count });
  }

  #observeBye(callId: string, path: SipPath): void {
    const call = this.#calls.ended(callId, path);
    if (call !== undefined) this.#emit('call.ended', call.invite, path.at, { detail: String(call.durationMs) });
  }

  #observeReply(reply: SipResponse, path: SipPath): void {
    const key = keyOfReply(reply, path);
    const transaction = this.#transactions.get(key);
    // Replies to nothing, repeated ones, and replies from elsewhere say nothing.
    if (transaction === undefined) return;
    if (hostKey(transaction.path.destination) !== hostKey(path.source)) return;
    this.#hosts.replied(path);
    const before = transaction.status;
    transaction.status = Math.max(before, reply.status);
    if (reply.status < 200) {
      this.#transactions.proceed(key, transaction);
      if (reply.status > 100 && before <= 100) this.#concludeRinging(transaction, reply, path.at);
      return;
    }
    this.#transactions.complete(key, transaction, path.at);
    const told = this.#signals.length;
    this.#conclude(transaction, reply, path, before);
    if (this.#signals.length === told) this.#tellScanner(transaction, path.at);
  }

  #conclude(transaction: Transaction, reply: SipResponse, path: SipPath, before: number): void {
    const { method } = transaction.request;
    if (reply.status === 401 || reply.status === 407) this.#concludeChallenge(transaction, reply, path);
    else if (method === 'REGISTER') this.#concludeRegister(transaction, reply, path);
    else if (method === 'INVITE') this.#concludeInvite(transaction, reply, path, before);
    else this.#concludeOther(transaction, reply, path.at);
  }

  /** The first challenge is normal; so is one for a nonce that is only too old. */
  #concludeChallenge(transaction: Transaction, reply: SipResponse, path: SipPath): void {
    const { challenges } = reply;
    this.#challenges.remember(challenges, path);
    this.#credentials.challenged(transaction.request, path.at);
    this.#served(path);
    if (transaction.digest === '') {
      this.#challenged.add(transaction, path.at);
    } else if (!challenges.some((challenge) => challenge.stale)) {
      if (transaction.request.method === 'INVITE') this.#emit('call.failed', transaction, path.at, outcome(reply));
      else this.#failRegister(transaction, reply, path.at);
    }
  }

  #concludeRegister(transaction: Transaction, reply: SipResponse, path: SipPath): void {
    if (reply.status >= 300) {
      this.#failRegister(transaction, reply, path.at);
      return;
    }
    this.#served(path);
    this.#hosts.succeeded(transaction.request.address, path.at);
    const removed = transaction.request.expires === 0;
    this.#emit(removed ? 'register.removed' : 'register.ok', transaction, path.at, outcome(reply));
  }

  #failRegister(transaction: Transaction, reply: SipResponse, at: number): void {
    const { path } = transaction;
    if (!this.#isOwn(path.destination) && this.#outbound.isTrunk(path, at)) return;
    this.#emit('register.failed', transaction, at, outcome(reply));
  }

  #served(path: SipPath): void {
    this.#hosts.served(path);
    this.#outbound.served(path);
  }

  #concludeRinging(transaction: Transaction, reply: SipResponse, at: number): void {
    if (transaction.request.method !== 'INVITE' || transaction.hasToTag) return;
    this.#emit('call.started', transaction, at, outcome(reply));
  }

  #concludeInvite(transaction: Transaction, reply: SipResponse, path: SipPath, before: number): void {
    const { status } = reply;
    // In a dialog it changes a call (RFC 3261 section 14), and its failure ends none.
    if (transaction.hasToTag && (status < 300 || status === 481 || this.#calls.has(reply.callId, path))) return;
    if (status < 300) {
      if (before <= 100) this.#emit('call.started', transaction, path.at, outcome(reply));
      this.#calls.answered(transaction, path.at);
      this.#hosts.succeeded(transaction.request.address, path.at);
      this.#emit('call.answered', transaction, path.at, outcome(reply));
    } else if (
      isDialProbe(status) &&
      transaction.digest === '' &&
      !this.#hosts.isGood(transaction.request.address, path.at)
    ) {
      this.#refuse('dial_probe', transaction, path.at, { status, detail: reply.reason });
    } else {
      this.#emit('call.failed', transaction, path.at, outcome(reply));
    }
  }

  #concludeOther(transaction: Transaction, reply: SipResponse, at: number): void {
    const reason = refusalReason(reply.status);
    const inDialog = transaction.hasToTag && reply.status === 481;
    // Phones ask for much that servers do not offer.
    if (reason === undefined || inDialog || this.#hosts.isGood(transaction.request.address, at)) return;
    this.#refuse(reason, transaction, at, { status: reply.status, detail: reply.reason });
  }

  /**
   * Nobody answered. That tells something only if the server was there for others, or if host after host is tried. And it
   * takes an answer to show that a connection is one: TCP segments can be forged as well as datagrams.
   */
  #concludeUnanswered(transaction: Transaction, now: number): void {
    const { request, path, hasToTag } = transaction;
    if (hasToTag || this.#hosts.isGood(request.address, now)) return;
    const hostAfterHost = this.#suspects.addDestination(request.address, path.destination, now);
    const isRegister = request.method === 'REGISTER';
    const userAfterUser = isRegister && this.#suspects.addUser(request.address, request.user, now);
    const alive = this.#hosts.wasAlive(path) && (!isRegister || userAfterUser);
    if (alive || (hostAfterHost && this.#hosts.isSilent(path))) {
      const reason = request.method === 'INVITE' ? 'dial_probe' : 'domain_not_found';
      const proven = path.transport === 'udp' ? transaction.proven : 'unknown';
      this.#refuse(reason, transaction, now, { detail: 'no answer', proven });
    } else {
      this.#tellScanner(transaction, now);
    }
  }

  /**
   * A challenge that nobody answered: calls without credentials are tried to see whether they get through, and one user
   * after another is registered, or asked for, without any to see who exists.
   */
  #concludeAbandoned(transaction: Transaction, now: number): void {
    const { request, path, status } = transaction;
    const isChallenged = status === 401 || status === 407;
    // Not seen to be challenged: then the server must be there, and its replies out of sight.
    if (!isChallenged && (this.#hosts.hasReplied(path) || !this.#renewedNonces.isAlive(path))) return;
    if (this.#hosts.isGood(request.address, now)) return;
    this.#suspects.addDestination(request.address, path.destination, now);
    const seen = { status, detail: 'challenge not answered' };
    if (request.method === 'INVITE') this.#refuse('dial_probe', transaction, now, seen);
    else if (this.#suspects.addUser(request.address, targetOf(request), now))
      this.#refuse('query_failed', transaction, now, seen);
  }

  /** Of a request that comes to nothing else: the script refuses known tools at once. */
  #tellScanner(transaction: Transaction, at: number): void {
    if (isTool(transaction.request)) this.#refuse('scanner_detected', transaction, at, { status: transaction.status });
  }

  #refuse(reason: RefusalReason, transaction: Transaction, at: number, seen: Outcome): void {
    if (this.#isExempt(transaction)) return;
    const { request, proven } = transaction;
    this.#signals.push(
      makeSignal('request.refused', { ...request, proven, sensor: this.#sensor, ...seen, at, reason }),
    );
  }

  #emit(kind: Exclude<SignalKind, 'request.refused'>, transaction: Transaction, at: number, seen: Outcome): void {
    if (this.#isExempt(transaction)) return;
    const { request, proven, nonce } = transaction;
    if (kind === 'register.ok' || kind === 'call.started') this.#credentials.accepted(request, nonce, at);
    this.#signals.push(makeSignal(kind, { ...request, proven, sensor: this.#sensor, ...seen, at }));
  }

  #isExempt({ isCopy, request }: Transaction): boolean {
    return isCopy || this.#isOurs(request.address);
  }

  /** Nothing is held against our own, nor against an address that is none. What they forward is not theirs. */
  #isOurs(address: Address): boolean {
    return isNobody(address) || this.#hosts.isServer(address) || this.#isOwn(address);
  }

  #isLeaving(path: SipPath): boolean {
    return this.#outbound.isLeaving(path) && !this.#isOwn(path.destination);
  }

  #isOwn(address: Address): boolean {
    return this.#own.some((network) => network.contains(address));
  }
}

function outcome(reply: SipResponse): Outcome {
  return { status: reply.status, reason: reply.reason };
}

/** By its user agent, or by a mark that nothing else leaves. */
function isTool(request: RequestFields): boolean {
  const userAgent = request.userAgent.toLowerCase();
  return SCANNER_USER_AGENTS.some((name) => userAgent.includes(name)) || markScore(request) >= 100;
}
