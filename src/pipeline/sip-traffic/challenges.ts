import { BoundedMap } from '../../lib/bounded-map.ts';
import type { Authentication } from '../../lib/sip/authentication.ts';
import type { Proven } from '../signal.ts';
import { type HostKey, hostKey, type SipPath } from './sip-path.ts';

/** An answer is expected at once; two minutes leave time for a person who types a password. */
const LIFETIME_MS = 120_000;
/** Shorter values can be guessed: eight hex digits are 32 bits. */
const MIN_LENGTH = 8;

interface Sent {
  readonly to: HostKey;
  readonly at: number;
  /** Sent to others as well, so that whoever was among them knows it. */
  readonly shared: boolean;
}

/**
 * Which unguessable challenge (its nonce, with the opaque if the client returns one) was sent to which address: who
 * returns it from there receives what is sent there. Servers that make nonces of the time alone send one to several
 * clients, and some send all the same opaque: what was sent to two addresses proves nothing.
 */
export class Challenges {
  readonly #sent: BoundedMap<string, Sent>;

  constructor(maxChallenges: number) {
    this.#sent = new BoundedMap(maxChallenges);
  }

  get evicted(): number {
    return this.#sent.evicted;
  }

  /** Forgets what is too old to prove anything. */
  expire(now: number): void {
    this.#sent.expireOldest(({ at }) => now - at > LIFETIME_MS);
  }

  /** Notes the challenges of a reply that went along `path`. */
  remember(challenges: readonly Authentication[], path: SipPath): void {
    const to = hostKey(path.destination);
    for (const { nonce = '', opaque = '' } of challenges) {
      this.#remember(tokenOf(opaque, nonce), to, path.at);
      if (opaque !== '') this.#remember(tokenOf('', nonce), to, path.at);
    }
  }

  #remember(token: string | undefined, to: HostKey, at: number): void {
    if (token === undefined) return;
    const before = this.#sent.get(token);
    const shared = before !== undefined && at - before.at <= LIFETIME_MS && (before.shared || before.to !== to);
    this.#sent.set(token, { to, at, shared });
  }

  /** Whether the source of a request with these credentials is proven. */
  prove(credentials: readonly Authentication[], path: SipPath): Proven {
    if (path.transport === 'unknown') return 'unknown';
    if (path.transport !== 'udp') return 'yes';
    const source = hostKey(path.source);
    return credentials.some((one) => this.#returned(one, source, path.at)) ? 'yes' : 'no';
  }

  #returned({ nonce = '', opaque = '' }: Authentication, source: HostKey, at: number): boolean {
    const token = tokenOf(opaque, nonce);
    const sent = token === undefined ? undefined : this.#sent.get(token);
    return sent !== undefined && !sent.shared && sent.to === source && at - sent.at <= LIFETIME_MS;
  }
}

function tokenOf(opaque: string, nonce: string): string | undefined {
  return nonce.length < MIN_LENGTH ? undefined : `${opaque} ${nonce}`;
}
