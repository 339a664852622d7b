import { createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Address } from '../../lib/address.ts';

/** An answer may come this long after its challenge: after that the challenge is repeated with `stale=true`. */
export const FRESH_MS = 60_000;
/** A nonce that came back proves the address for this long; later the address may belong to somebody else. */
export const PROOF_MS = 10 * 60_000;

/**
 * What a nonce that came back says.
 *
 * - `fresh`, `stale`: it was issued to that very address, up to `FRESH_MS` ago, up to `PROOF_MS` ago.
 * - `foreign`: never issued to it, or so long ago that it does not matter.
 */
export type NonceAge = 'fresh' | 'stale' | 'foreign';

const TIME_BYTES = 4;
const MAC_BYTES = 11;
const NONCE = /^[A-Za-z0-9_-]{20}$/;

/**
 * Nonces that nobody can guess and that need no memory: the second and a keyed hash of it and the address they are
 * issued to (RFC 7616 section 3.3). The secret lives as long as the object, so a nonce does not outlive the process.
 */
export class Nonces {
  readonly #secret: Buffer;
  readonly #tagSecret = randomBytes(16);

  constructor(secret: Buffer = randomBytes(32)) {
    this.#secret = secret;
  }

  /** @param now milliseconds since the epoch */
  issue(address: Address, now: number): string {
    const time = Buffer.alloc(TIME_BYTES);
    time.writeUInt32BE(Math.floor(now / 1000) >>> 0);
    return Buffer.concat([time, this.#mac(time, address)]).toString('base64url');
  }

  age(nonce: string, address: Address, now: number): NonceAge {
    if (!NONCE.test(nonce)) return 'foreign';
    const bytes = Buffer.from(nonce, 'base64url');
    const time = bytes.subarray(0, TIME_BYTES);
    if (!timingSafeEqual(bytes.subarray(TIME_BYTES), this.#mac(time, address))) return 'foreign';
    const ageMs = now - time.readUInt32BE() * 1000;
    if (ageMs < 0 || ageMs > PROOF_MS) return 'foreign';
    return ageMs > FRESH_MS ? 'stale' : 'fresh';
  }

  /** A tag that is the same for a request and its retransmission; nobody relies on it, so a plain hash will do. */
  tag(request: Uint8Array): string {
    return hash('sha256', Buffer.concat([this.#tagSecret, request]), 'hex').slice(0, 8);
  }

  #mac(time: Buffer, address: Address): Buffer {
    return createHmac('sha256', this.#secret)
      .update('nonce')
      .update(time)
      .update(address.text)
      .digest()
      .subarray(0, MAC_BYTES);
  }
}

/** Random, as long as such strings are: clients return it as it came. */
export function randomOpaque(): string {
  return randomBytes(4).toString('hex');
}
