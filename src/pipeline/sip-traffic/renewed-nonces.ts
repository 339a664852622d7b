import { BoundedMap } from '../../lib/bounded-map.ts';
import type { Authentication } from '../../lib/sip/authentication.ts';
import { type HostKey, hostKey, type SipPath } from './sip-path.ts';
import type { Transaction } from './transactions.ts';

/** Registrars that keep NAT open grant half a minute, whatever was asked for, and phones come back after half of that. */
const AGAIN_MS = 10_000;
/** The first nonce may be too old; a second one is not, and two phones may share an account. */
const MANY = 4;

interface Run {
  readonly nonce: string;
  readonly answer: string;
  readonly transaction: Transaction;
  readonly length: number;
}

/**
 * Where no reply is ever seen, credentials for one new nonce after another, of the same account and source, tell that
 * they are refused: a server that is down sends no nonce, and who got in is not challenged again at once.
 */
export class RenewedNonces {
  readonly #runs: BoundedMap<string, Run>;
  /** Servers that have challenged somebody, as the next nonce shows. */
  readonly #alive: BoundedMap<HostKey, true>;

  constructor(maxRuns: number) {
    this.#runs = new BoundedMap(maxRuns);
    this.#alive = new BoundedMap(maxRuns);
  }

  get evicted(): number {
    return this.#runs.evicted + this.#alive.evicted;
  }

  /** Notes a registration with credentials. Returns the one before it, if that has been refused. */
  add(transaction: Transaction, credentials: Authentication): Transaction | undefined {
    const { request, path } = transaction;
    const answer = answerOf(credentials);
    const key = `${hostKey(path.source)} ${request.user}@${request.domain}`;
    const before = this.#runs.get(key);
    if (before?.answer === answer) return undefined;
    const { nonce = '' } = credentials;
    if (before !== undefined && before.nonce !== nonce) this.#alive.set(hostKey(path.destination), true);
    const isSoon = before !== undefined && path.at - before.transaction.path.at <= AGAIN_MS;
    const length = isSoon ? before.length + 1 : 1;
    this.#runs.set(key, { nonce, answer, transaction, length });
    return length >= MANY ? before?.transaction : undefined;
  }

  /** Whether the destination is known to answer, by another way than the sensor's. */
  isAlive({ destination }: SipPath): boolean {
    return this.#alive.get(hostKey(destination)) === true;
  }
}

/**
 * What is the same until the next challenge: the nonce, while its uses are counted (RFC 7616 section 3.4). Servers that
 * make nonces of the time alone give one of them to all who come within a second.
 */
function answerOf(credentials: Authentication): string {
  const { nonce = '' } = credentials;
  const count = Number.parseInt(credentials.parameter('nc') ?? '1', 16);
  return count > 1 ? nonce : `${nonce} ${credentials.parameter('response') ?? ''}`;
}
