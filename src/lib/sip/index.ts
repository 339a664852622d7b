/** What inputs use of the parser. Start at `parseSip`. */
export { Authentication } from './authentication.ts';
export { faultOf } from './fault-of.ts';
export { type Frame, SipFramer } from './framer.ts';
export type { HeaderName } from './header-names.ts';
export { MALFORMED_REASONS, type Malformed, type MalformedReason } from './malformed.ts';
export type { CSeq, SipRequest, SipResponse } from './message.ts';
export { NameAddr } from './name-addr.ts';
export { MAX_MESSAGE_BYTES, parseSip } from './parse-sip.ts';
export { parseUri, type SipUri, uriParameter } from './uri.ts';
export { Via } from './via.ts';
