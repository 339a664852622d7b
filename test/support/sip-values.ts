import { HEADER_NAMES } from '../../src/lib/sip/header-names.ts';
import {
  type Authentication,
  faultOf,
  type NameAddr,
  parseSip,
  type SipRequest,
  type SipResponse,
  type SipUri,
  uriParameter,
} from '../../src/lib/sip/index.ts';

/** What delimits something in a SIP message, and bytes that belong in none. */
export const DELIMITERS = [...'"<>;,\\\n\r \t:=@[]%\0\xff', '\r\n'] as const;

/** Everything the parser can say of some bytes: each reading it offers is done. */
export function readEverything(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const parsed = parseSip(bytes);
  const message = parsed.kind === 'malformed' ? parsed.message : parsed;
  const reason = parsed.kind === 'malformed' ? parsed.reason : undefined;
  if (message === undefined) return { reason };
  return { reason, fault: faultOf(message), ...startOf(message), ...headersOf(message) };
}

function startOf(message: SipRequest | SipResponse): Record<string, unknown> {
  if (message.kind === 'response') return { status: message.status, phrase: message.reason };
  return { method: message.method, requestUri: message.requestUri, uri: uriOf(message.uri) };
}

function headersOf(message: SipRequest | SipResponse): Record<string, unknown> {
  const { via, cseq, callId, maxForwards, userAgent, server, expires, contactIsStar, contentLength, contentType } =
    message;
  return {
    ...{ cseq, callId, maxForwards, userAgent, server, expires, contactIsStar, contentLength, contentType },
    body: message.body.length,
    via: via && [via.transport, via.host, via.port, via.branch, via.received, via.rport, via.parameter('maddr')],
    from: nameAddrOf(message.from),
    to: nameAddrOf(message.to),
    contacts: message.contacts.map(nameAddrOf),
    credentials: message.credentials.map(authenticationOf),
    challenges: message.challenges.map(authenticationOf),
    headers: HEADER_NAMES.map((name) => message.header(name)),
    raw: HEADER_NAMES.map((name) => message.rawHeaders(name).length),
    other: message.otherHeader('subject'),
  };
}

function nameAddrOf(value: NameAddr | undefined): unknown {
  return value && [value.sent, value.displayName, value.uriText, value.tag, uriOf(value.uri), value.parameter('q')];
}

function uriOf(uri: SipUri | undefined): unknown {
  return uri && { ...uri, transport: uriParameter(uri, 'transport') };
}

function authenticationOf(value: Authentication): unknown {
  return [value.scheme, value.username, value.realm, value.nonce, value.opaque, value.stale, value.parameter('qop')];
}

/** All texts in a value, however deep. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}
