import { canonicalAor, isCanonical } from '../lib/account.ts';
import type { Signal } from './signal.ts';

let last: Signal | undefined;
let lastAor = '';

/**
 * The AoR that a signal is about, `user@domain`, in its one spelling: back ends take `1001@PBX.example` for
 * `1001@pbx.example`, and who guesses at it under a thousand spellings guesses at one account. Several parts ask for it one after the other about the same signal, and look
 * it up in a map: the same string each time is joined and hashed once.
 */
export function aorOf(signal: Signal): string {
  if (signal !== last) {
    last = signal;
    const { user, domain } = signal;
    const aor = `${user}@${domain}`;
    lastAor = isCanonical(user, domain) ? aor : canonicalAor(aor);
  }
  return lastAor;
}
