import type { Address } from '../../lib/address.ts';
import { BoundedMap } from '../../lib/bounded-map.ts';
import type { SipRequest, SipResponse } from '../../lib/sip/message.ts';
import type { Proven } from '../signal.ts';
import type { RequestFields } from './describe-request.ts';
import { hostKey, type SipPath } from './sip-path.ts';

/** A request, from its first sight to some time after its final reply. */
export interface Transaction {
  readonly request: RequestFields;
  readonly path: SipPath;
  readonly proven: Proven;
  /** The digest sent along, `''` without credentials. Of one transaction all copies are equal (RFC 3261 section 17.1). */
  readonly digest: string;
  /** What the digest answers, `''` without credentials. */
  readonly nonce: string;
  /** In a dialog, or said to be. */
  readonly hasToTag: boolean;
  /** A proxy's copy of a request that was seen before it got there: it tells who is who, and nothing else. */
  readonly isCopy: boolean;
  /** Highest reply so far. */
  status: number;
}

/** What is remembered of an answered request: enough to know it when it comes again. */
interface Answered {
  readonly digest: string;
  readonly at: number;
}

/** Clients that miss the final reply send again after 4 s at most (T2, RFC 3261 section 17.1.2.2). */
const ANSWERED_MS = 5000;

/**
 * Requests by what their replies are matched with: the client's address and the topmost Via's branch, the CSeq, and, for
 * tools that send one branch for everything, the Call-ID (RFC 3261 section 17.1.3).
 *
 * Each is open until its first reply, ringing until its final one, and then known by its key for a while.
 */
export class Transactions {
  readonly #open: BoundedMap<string, Transaction>;
  /** Answered provisionally: an INVITE may ring for minutes. */
  readonly #ringing: BoundedMap<string, Transaction>;
  readonly #answered: BoundedMap<string, Answered>;
  readonly #unansweredMs: number;
  readonly #ringingMs: number;

  constructor(limits: { readonly maxTransactions: number; readonly unansweredMs: number; readonly ringingMs: number }) {
    this.#open = new BoundedMap(limits.maxTransactions);
    this.#ringing = new BoundedMap(limits.maxTransactions);
    this.#answered = new BoundedMap(limits.maxTransactions);
    this.#unansweredMs = limits.unansweredMs;
    this.#ringingMs = limits.ringingMs;
  }

  /** Waiting for a reply. */
  get size(): number {
    return this.#open.size + this.#ringing.size;
  }

  /** Requests forgotten before their reply because there were too many. */
  get evicted(): number {
    return this.#open.evicted + this.#ringing.evicted;
  }

  /** One that waits for its final reply. */
  get(key: string): Transaction | undefined {
    return this.#open.get(key) ?? this.#ringing.get(key);
  }

  /** Whether this request was seen before: it waits for its reply, or has had it. Another digest is another guess. */
  isKnown(key: string, digest: string): boolean {
    return (this.get(key) ?? this.#answered.get(key))?.digest === digest;
  }

  add(key: string, transaction: Transaction): void {
    this.#ringing.delete(key);
    this.#open.set(key, transaction);
  }

  /** Notes that a reply came that is not the last. */
  proceed(key: string, transaction: Transaction): void {
    if (this.#open.delete(key)) this.#ringing.set(key, transaction);
  }

  /** Notes the final reply. */
  complete(key: string, { digest }: Transaction, at: number): void {
    this.#open.delete(key);
    this.#ringing.delete(key);
    this.#answered.set(key, { digest, at });
  }

  /** Forgets what is over and returns the requests nobody has answered, oldest first. */
  expire(now: number): Transaction[] {
    this.#ringing.expireOldest(({ path }) => now - path.at >= this.#ringingMs);
    this.#answered.expireOldest(({ at }) => now - at >= ANSWERED_MS);
    return this.#open.expireOldest(({ path }) => now - path.at >= this.#unansweredMs);
  }
}

export function keyOfRequest(fields: RequestFields, request: SipRequest, path: SipPath): string {
  return keyOf(path.source, fields.branch, fields, request);
}

/** The key of a forwarded request on its way to the proxy, should the sensor see that as well. */
export function keyBeforeProxy(fields: RequestFields, request: SipRequest): string {
  return keyOf(fields.address, request.secondVia?.branch ?? '', fields, request);
}

function keyOf(source: Address, branch: string, { method, callId }: RequestFields, { cseq }: SipRequest): string {
  return `${hostKey(source)} ${branch} ${cseq?.number ?? ''} ${method} ${callId}`;
}

export function keyOfReply(reply: SipResponse, path: SipPath): string {
  const cseq = reply.cseq;
  const branch = reply.via?.branch ?? '';
  return `${hostKey(path.destination)} ${branch} ${cseq?.number ?? ''} ${cseq?.method ?? ''} ${reply.callId}`;
}
