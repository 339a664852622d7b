import { decodeUtf8 } from '../../lib/byte-text.ts';
import { parseLoggedAor } from '../../lib/log-line/aor.ts';
import { parsePeer } from '../../lib/log-line/peer.ts';
import { makeSignal } from '../../pipeline/make-signal.ts';
import type { Parsed } from '../format.ts';
import type { Message } from './other-services.ts';
import { readRejectedCall } from './rejected-call.ts';

const MAX_FROM = 1024;
const FAILED_FOR = "' failed for '";
const CALL_ID = "' (callid: ";

/** Lines of `res_pjsip_session` and `res_pjsip_registrar` about requests of known endpoints and anonymous callers. */
export function parseSessionNotice(message: Message): Parsed {
  return message.text.includes('Call ') ? readRejectedCall(message) : 'ignored';
}

/**
 * `Request 'METHOD' from 'FROM' failed for 'PEER' (callid: CALL-ID) - REASON`; METHOD since Asterisk 13.18.
 * FROM and CALL-ID are the sender's and stand on both sides of the address. So with a second "failed for", nobody can
 * say which address is true, and none is taken.
 */
export function parsePjsipNotice(message: Message): Parsed {
  const { text } = message;
  if (!text.startsWith('Request ')) return 'ignored';
  const failed = text.indexOf(FAILED_FOR);
  const callId = text.indexOf(CALL_ID, failed);
  const reasonAt = text.lastIndexOf(') - ');
  if (failed < 0 || callId < 0 || reasonAt < callId) return 'unrecognised';
  if (text.indexOf(FAILED_FOR, failed + 1) >= 0) return 'unrecognised';
  const peer = parsePeer(text.slice(failed + FAILED_FOR.length, callId));
  if (peer === undefined) return 'unrecognised';
  const method = text.startsWith("'", 8) ? decodeUtf8(text.slice(9, text.indexOf("'", 9)), MAX_FROM) : '';
  const from = text.slice(text.indexOf("from '") + 6, failed);
  const reason = decodeUtf8(text.slice(reasonAt + 4), MAX_FROM);
  const seen = {
    at: message.at,
    sensor: message.sensor,
    ...peer,
    method,
    status: reason.includes('ACL') ? 403 : 401,
    ...parseLoggedAor(from),
    callId: decodeUtf8(text.slice(callId + CALL_ID.length, reasonAt), MAX_FROM),
    from: decodeUtf8(from, MAX_FROM),
  };
  if (method === '' || method === 'REGISTER' || reason.includes('authenticate')) {
    return makeSignal('register.failed', { ...seen, reason });
  }
  return makeSignal('request.refused', {
    ...seen,
    reason: method === 'INVITE' ? 'dial_probe' : 'domain_not_found',
    detail: reason,
  });
}
