import type { Signal } from './signal.ts';

/**
 * Whether the signal shows that its account is one of ours: it registered, or it called and returned a challenge. Over
 * UDP a call is proven by nothing else, and what follows upon a wrong answer is another challenge, no call. Over TCP and
 * TLS every call is proven, those of trunks too, whose callers are all the world: there only registrations count.
 */
export function isOwnAccount({ kind, transport, proven }: Signal): boolean {
  return kind === 'register.ok' || (kind === 'call.started' && transport === 'udp' && proven === 'yes');
}
