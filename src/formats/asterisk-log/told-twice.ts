import { BoundedMap } from '../../lib/bounded-map.ts';
import type { Signal } from '../../pipeline/signal.ts';

const MAX_REMEMBERED = 4096;

/** Which of Asterisk's two voices a line is of. */
export type Voice = 'notice' | 'security';

/** What was told of one call's failures: how often, and whether last that its sender is not known. */
interface Told {
  readonly counts: Record<Voice, number>;
  unknownSender: boolean;
}

/**
 * Asterisk tells of a failure in a NOTICE and in a security event; a log file may hold both. A failure is told of once:
 * of one request's lines in two voices, the second is left out, and so is a NOTICE that credentials failed right after
 * one that nobody knows their sender.
 */
export class ToldTwice {
  readonly #told = new BoundedMap<string, Told>(MAX_REMEMBERED);

  /** Whether this failure has been told of already. */
  isTwin(signal: Signal, voice: Voice): boolean {
    const key = keyOf(signal);
    const told = this.#told.get(key) ?? { counts: { notice: 0, security: 0 }, unknownSender: false };
    this.#told.set(key, told);
    if (told.unknownSender && voice === 'notice' && signal.reason === 'Failed to authenticate') return true;
    told.unknownSender = voice === 'notice' && signal.reason.startsWith('No matching endpoint found');
    told.counts[voice]++;
    return told.counts[voice] <= told.counts[voice === 'notice' ? 'security' : 'notice'];
  }
}

/** chan_sip has no Call-ID in either (its session is a number in memory), PJSIP has it in both. */
function keyOf({ address, callId, user }: Signal): string {
  return callId === '' || callId.startsWith('0x') ? `${address.text} user ${user}` : `${address.text} call ${callId}`;
}
