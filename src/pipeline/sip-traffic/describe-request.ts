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
    authUser: '',
    authRealm: '',
  };
}

/** Whom a request is about: the user to register, else the one called. */
export function targetOf(request: RequestFields): string {
  return request.method === 'REGISTER' ? request.user : request.requestUri;
}

/** Of a message of which nothing else is known. */
export function describeSource(path: SipPath) {
  return { at: path.at, address: path.source, port: path.sourcePort, transport: path.transport };
}

function sentBy(from: NameAddr | undefined): string {
  return from?.sent ?? '';
}
