import { BoundedMap } from '../../lib/bounded-map.ts';
import type { Authentication } from '../../lib/sip/authentication.ts';
import type { RequestFields } from './describe-request.ts';
import { hostKey } from './sip-path.ts';

/** As long as a challenge proves an address. */
const ASKED_MS = 120_000;
/** Longer than servers let a nonce be used again. */
const ACCEPTED_MS = 600_000;

/**
 * Whose credentials a request carries. They count where this very request was challenged, or where the same user was let
 * in with the same nonce from there before: a server that asks for none takes any, and a name in them shows nothing.
 */
export class Credentials {
  /** Requests that were challenged, and when. */
  readonly #asked: BoundedMap<string, number>;
  /** Sources, nonces and users that were let in, and when: some servers give one nonce to several clients. */
  readonly #accepted: BoundedMap<string, number>;

  constructor(maxRequests: number) {
    this.#asked = new BoundedMap(maxRequests);
    this.#accepted = new BoundedMap(maxRequests);
  }

  get evicted(): number {
    return this.#asked.evicted + this.#accepted.evicted;
  }

  challenged(request: RequestFields, at: number): void {
    this.#asked.set(keyOf(request), at);
  }

  /** Notes that a request was let in. */
  accepted({ address, authUser }: RequestFields, nonce: string, at: number): void {
    if (authUser !== '') this.#accepted.set(`${hostKey(address)} ${nonce} ${authUser}`, at);
  }

  /**
   * The request with whose credentials it has. A call with credentials that say something else than From, or what servers
   * read in different ways, and that nobody was seen to ask for, is nobody's.
   */
  read(request: RequestFields, credentials: readonly Authentication[]): RequestFields {
    const [first, second] = credentials;
    if (first === undefined) return request;
    const name = second === undefined ? first.plainUsername : undefined;
    const nobodys = request.method === 'INVITE' ? { ...request, user: '', domain: '' } : request;
    if (name === undefined || name === '') return nobodys;
    const answer = `${hostKey(request.address)} ${first.nonce ?? ''} ${name}`;
    const asked = this.#asked.get(keyOf(request)) !== undefined || this.#accepted.get(answer) !== undefined;
    if (asked) return { ...request, authUser: name, authRealm: first.realm ?? '' };
    return name.split('@', 1)[0] === request.user ? request : nobodys;
  }

  expire(now: number): void {
    this.#asked.expireOldest((at) => at < now - ASKED_MS);
    this.#accepted.expireOldest((at) => at < now - ACCEPTED_MS);
  }
}

/** What is the same when a request comes again with credentials (RFC 3261 section 22.2). */
function keyOf({ address, method, user, from, requestUri, callId }: RequestFields): string {
  const registered = method === 'REGISTER' ? user : '';
  return `${hostKey(address)} ${method} ${registered} ${from} ${requestUri} ${callId}`;
}
