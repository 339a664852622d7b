import type { SipRequest, SipResponse } from './message.ts';

/** Why bytes are no SIP message, or a SIP message is broken. The first group is found by `parseSip`, the rest by `faultOf`. */
export const MALFORMED_REASONS = [
  /** Nothing but line ends, blanks or NULs: a keep-alive (RFC 5626 section 4.4.1). */
  'empty',
  /** The first line is neither a request line nor a status line of any version of SIP. */
  'not-sip',
  'too-long',
  'start-line',
  /** SIP, but not `SIP/2.0`. */
  'version',
  'status',
  'header-line',
  'too-many-headers',

  'missing-via',
  'missing-from',
  'missing-to',
  'missing-call-id',
  'missing-cseq',
  /** A header that may be there once (RFC 3261 section 7.3.1) is there twice. */
  'duplicate-header',
  'via',
  'from',
  'to',
  'cseq',
  /** The method in CSeq is not that of the request. */
  'cseq-method',
  'max-forwards',
  /** Not a number, or more than the datagram holds. */
  'content-length',
  'request-uri',
] as const;
export type MalformedReason = (typeof MALFORMED_REASONS)[number];

export interface Malformed {
  readonly kind: 'malformed';
  readonly reason: MalformedReason;
  /** What could be read of it all the same, once the start line was understood. */
  readonly message: SipRequest | SipResponse | undefined;
}
