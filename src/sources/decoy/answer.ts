import type { MalformedReason, SipRequest } from '../../lib/sip/index.ts';
import type { NonceAge } from './nonces.ts';

/** What the decoy says to a request; how it is put into bytes is `composeReply`'s business. */
export interface Answer {
  readonly status: number;
  readonly phrase: string;
  /** A digest challenge goes with it. */
  readonly challenge: 'none' | 'new' | 'stale';
  /** Says what is supported, as an answer to OPTIONS does (RFC 3261 section 11.2). */
  readonly capabilities: boolean;
}

export const ALLOWED_METHODS = ['INVITE', 'ACK', 'CANCEL', 'OPTIONS', 'BYE', 'REGISTER'] as const;

/** Methods of later standards, known and not allowed; the rest is not implemented. */
const KNOWN_METHODS = new Set(['SUBSCRIBE', 'NOTIFY', 'PUBLISH', 'MESSAGE', 'INFO', 'PRACK', 'UPDATE', 'REFER']);

/** What the decoy knows of a request besides its text. */
export interface Sighting {
  readonly fault: MalformedReason | undefined;
  /** Of the nonce in its credentials; undefined without credentials. */
  readonly nonce: NonceAge | undefined;
  /** An INVITE of the same call came from the same place lately. */
  readonly inviteSeen: boolean;
}

/** Undefined if nothing is to be said: an ACK has no answer (RFC 3261 section 17.1.1.3). */
export function answerTo(request: SipRequest, sighting: Sighting): Answer | undefined {
  if (request.method === 'ACK') return undefined;
  if (sighting.fault === 'version') return plain(505, 'Version Not Supported');
  if (sighting.fault !== undefined) return plain(400, 'Bad Request');
  switch (request.method) {
    case 'OPTIONS':
      return { ...plain(200, 'OK'), capabilities: true };
    case 'REGISTER':
    case 'INVITE':
      return { ...plain(401, 'Unauthorized'), challenge: sighting.nonce === 'stale' ? 'stale' : 'new' };
    case 'CANCEL':
      return sighting.inviteSeen ? plain(200, 'OK') : plain(481, 'Call/Transaction Does Not Exist');
    case 'BYE':
      return plain(481, 'Call/Transaction Does Not Exist');
    default:
      return KNOWN_METHODS.has(request.method)
        ? { ...plain(405, 'Method Not Allowed'), capabilities: true }
        : plain(501, 'Not Implemented');
  }
}

function plain(status: number, phrase: string): Answer {
  return { status, phrase, challenge: 'none', capabilities: false };
}
