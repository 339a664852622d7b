import type { Signal } from '../../src/pipeline/signal.ts';

/** What counts as a failure: only 403, or 401 and 407 with wrong credentials too. Refused requests always count. */
export type Counted = '403' | '401 too';

const THRESHOLD = 10;
const WINDOW_MS = 300_000;

/**
 * The rule in the field, as in fail2ban: 10 in 300 s from one address, and it is banned. Nothing else is asked.
 *
 * @returns when each address was banned first, by its counted text
 */
export function classicBans(signals: readonly Signal[], counted: Counted): ReadonlyMap<string, number> {
  const recent = new Map<string, number[]>();
  const bans = new Map<string, number>();
  for (const signal of signals) {
    if (!counts(signal, counted)) continue;
    const source = signal.address.countedText;
    const times = (recent.get(source) ?? []).filter((at) => signal.at - at <= WINDOW_MS);
    times.push(signal.at);
    recent.set(source, times);
    if (times.length >= THRESHOLD && !bans.has(source)) bans.set(source, signal.at);
  }
  return bans;
}

function counts(signal: Signal, counted: Counted): boolean {
  if (signal.kind === 'request.refused' || signal.kind === 'malformed') return true;
  if (signal.kind !== 'register.failed') return false;
  return signal.status === 403 || (counted === '401 too' && (signal.status === 401 || signal.status === 407));
}
