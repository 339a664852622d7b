import type { Signal } from './signal.ts';

/**
 * Whether the signal shows that its account is one of ours: it registered, or its credentials were accepted for a call.
 * Sensors that do not tell of credentials show that over UDP alone, where nothing else proves a call; over TCP and TLS
 * every call is proven, those of trunks too, whose callers are all the world.
 */
export function isOwnAccount({ kind, transport, proven, authUser }: Signal): boolean {
  if (kind !== 'call.started') return kind === 'register.ok';
  return authUser !== '' || (transport === 'udp' && proven === 'yes');
}
