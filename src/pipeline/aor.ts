import type { Signal } from './signal.ts';

let last: Signal | undefined;
let lastAor = '';

/**
 * The AoR that a signal is about, `user@domain`. Several parts ask for it one after the other about the same signal, and look
 * it up in a map: the same string each time is joined and hashed once.
 */
export function aorOf(signal: Signal): string {
  if (signal !== last) {
    last = signal;
    lastAor = `${signal.user}@${signal.domain}`;
  }
  return lastAor;
}
