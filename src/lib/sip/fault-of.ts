import { type HeaderName, headerNumber } from './header-names.ts';
import type { MalformedReason } from './malformed.ts';
import type { SipRequest, SipResponse } from './message.ts';

/** Every message has these (RFC 3261 section 8.1.1); Max-Forwards too, but elements of RFC 2543 send none. */
const REQUIRED = [
  ['via', 'missing-via'],
  ['from', 'missing-from'],
  ['to', 'missing-to'],
  ['call-id', 'missing-call-id'],
  ['cseq', 'missing-cseq'],
] as const satisfies readonly (readonly [HeaderName, MalformedReason])[];

const SINGLE: readonly HeaderName[] = ['from', 'to', 'call-id', 'cseq', 'max-forwards', 'content-length', 'expires'];

/** The first thing wrong with what a message says, or undefined. A server answers such a request with 400. */
export function faultOf(message: SipRequest | SipResponse): MalformedReason | undefined {
  return missingHeader(message) ?? duplicateHeader(message) ?? badValue(message) ?? badRequest(message);
}

function missingHeader(message: SipRequest | SipResponse): MalformedReason | undefined {
  return REQUIRED.find(([name]) => !message.header(name))?.[1];
}

function duplicateHeader(message: SipRequest | SipResponse): MalformedReason | undefined {
  return SINGLE.some((name) => message.index.count(headerNumber(name)) > 1) ? 'duplicate-header' : undefined;
}

function badValue(message: SipRequest | SipResponse): MalformedReason | undefined {
  if (message.via === undefined) return 'via';
  if (message.from?.uri === undefined) return 'from';
  if (message.to?.uri === undefined) return 'to';
  if (message.cseq === undefined) return 'cseq';
  if ((message.maxForwards ?? 0) < 0) return 'max-forwards';
  const length = message.contentLength ?? 0;
  return length < 0 || length > message.bytes.length - message.index.bodyStart ? 'content-length' : undefined;
}

function badRequest(message: SipRequest | SipResponse): MalformedReason | undefined {
  if (message.kind === 'response') return undefined;
  if (message.cseq?.method !== message.method) return 'cseq-method';
  return hasStrangeCharacter(message.requestUri) || message.uri === undefined ? 'request-uri' : undefined;
}

/** `<`, `>` or `"`, which no URI may hold (RFC 3986 section 2): most often brackets taken over from a header. */
function hasStrangeCharacter(uri: string): boolean {
  return /[<>"]/.test(uri);
}
