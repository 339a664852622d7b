import type { SipRequest } from '../../lib/sip/message.ts';
import type { NameAddr } from '../../lib/sip/name-addr.ts';
import type { SignalFields } from '../signal.ts';
import { senderOf } from './sender.ts';
import type { SipPath } from './sip-path.ts';

/** What signals say of the request, whatever comes of it. */
export type RequestFields = Omit<SignalFields, 'sensor' | 'proven' | 'status' | 'reason' | 'count' | 'detail'>;

export function describeRequest(request: SipRequest, path: SipPath): RequestFields {
  const from = request.from;
  const account = (request.method === 'REGISTER' ? request.to : from)?.uri;
  return {
    at: path.at,
    ...senderOf(request, path),
    method: request.method,
    user: account?.user ?? '',
    domain: account?.host ?? '',
    requestUri: request.requestUri,
    userAgent: request.userAgent,
    callId: request.callId,
    expires: request.expires,
    from: sentBy(from),
    fromTag: from?.tag ?? '',
    branch: request.via?.branch ?? '',
  };
}

function sentBy(from: NameAddr | undefined): string {
  return from?.sent ?? '';
}
