import { domainOf, isCanonical, userOf } from '../lib/account.ts';
import { hashText, mix } from '../lib/text-hash.ts';
import { aorOf } from './aor.ts';
import type { Signal } from './signal.ts';

let last: Signal | undefined;
let lastHash = 0;

/**
 * A 32-bit hash of the account that a signal is about, the same for all its spellings. Several detectors ask for it one after the other about the same
 * signal, and hashing is the dearest thing they do: so the last answer is kept.
 */
export function accountHash(signal: Signal): number {
  if (signal !== last) {
    last = signal;
    lastHash = hashAccount(signal);
  }
  return lastHash;
}

function hashAccount(signal: Signal): number {
  const { user, domain } = signal;
  if (isCanonical(user, domain)) return hashText(domain, hashText(user, 1));
  const aor = aorOf(signal);
  return hashText(domainOf(aor), hashText(userOf(aor), 1));
}

/** With `accountHash` the key of an account in a `BoundedTable`. */
export function accountOtherHalf(signal: Signal): number {
  return mix(accountHash(signal) ^ 0x5bd1e995);
}

/** The key of a source at an account, its high and low word. */
export function attemptHigh(signal: Signal): number {
  return (accountHash(signal) ^ mix(signal.address.high)) >>> 0;
}

export function attemptLow(signal: Signal): number {
  return (signal.address.low ^ mix(accountHash(signal))) >>> 0;
}
