import type { MalformedReason, NameAddr, SipRequest } from '../../lib/sip/index.ts';
import type { Proven, Signal, SignalFields } from '../../pipeline/signal.ts';
import type { Peer } from './compose-reply.ts';
import type { NonceAge } from './nonces.ts';

export interface HeardRequest {
  readonly peer: Peer;
  readonly transport: 'udp' | 'tcp';
  readonly sensor: string;
  readonly fault: MalformedReason | undefined;
  /** Of the nonce in its credentials; undefined without credentials. */
  readonly nonce: NonceAge | undefined;
  /** Of the answer, 0 if there is none. */
  readonly status: number;
  readonly now: number;
}

/**
 * What a request to the decoy means. Nobody has an account here: credentials are wrong whatever they are, stale or not, and anything
 * else is a door knock, even the first request of a registration, which would be normal elsewhere.
 *
 * @param message undefined if nothing could be read of it
 */
export function signalOf(message: SipRequest | undefined, heard: HeardRequest): Signal {
  const fields = { ...fieldsOf(message), ...addressed(heard) };
  if (heard.fault !== undefined) return { ...fields, kind: 'malformed', reason: 'decoy', detail: heard.fault };
  const detail = heard.nonce === undefined ? '' : `nonce ${heard.nonce}`;
  if (message?.method === 'REGISTER' && heard.nonce !== undefined) {
    return { ...fields, kind: 'register.failed', reason: 'Unauthorized', detail };
  }
  return { ...fields, kind: 'request.refused', reason: 'decoy', detail };
}

function addressed(heard: HeardRequest) {
  return {
    at: heard.now,
    address: heard.peer.address,
    port: heard.peer.port,
    transport: heard.transport,
    sensor: heard.sensor,
    proven: provenBy(heard),
    status: heard.status,
    count: 1,
  };
}

/** A handshake needs both ways (RFC 9293 section 3.5), and so does a nonce that comes back. */
function provenBy(heard: HeardRequest): Proven {
  return heard.transport === 'tcp' || heard.nonce === 'fresh' || heard.nonce === 'stale' ? 'yes' : 'no';
}

type TextFields = Omit<SignalFields, keyof ReturnType<typeof addressed> | 'reason' | 'detail'>;

function fieldsOf(message: SipRequest | undefined): TextFields {
  const from = message?.from;
  const account = accountOf(message?.method === 'REGISTER' ? message.to : from);
  return {
    ...account,
    method: message?.method ?? '',
    requestUri: message?.requestUri ?? '',
    userAgent: message?.userAgent ?? '',
    callId: message?.callId ?? '',
    expires: message?.method === 'REGISTER' ? message.expires : -1,
    from: from?.sent ?? '',
    fromTag: from?.tag ?? '',
    branch: message?.via?.branch ?? '',
    // A decoy accepts nobody's.
    authUser: '',
    authRealm: '',
  };
}

function accountOf(nameAddr: NameAddr | undefined): { user: string; domain: string } {
  const uri = nameAddr?.uri;
  return { user: uri?.user ?? '', domain: uri?.host ?? '' };
}
