import { hashText } from '../lib/text-hash.ts';
import type { Signal } from './signal.ts';

let last: Signal | undefined;
let lastHash = 0;

/**
 * A 32-bit hash of the account that a signal is about. Several detectors ask for it one after the other about the same
 * signal, and hashing is the dearest thing they do: so the last answer is kept.
 */
export function accountHash(signal: Signal): number {
  if (signal !== last) {
    last = signal;
    lastHash = hashText(signal.domain, hashText(signal.user, 1));
  }
  return lastHash;
}
