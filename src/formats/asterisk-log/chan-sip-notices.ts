import { decodeUtf8 } from '../../lib/byte-text.ts';
import { parseLoggedAor } from '../../lib/log-line/aor.ts';
import { parsePeer } from '../../lib/log-line/peer.ts';
import { makeSignal } from '../../pipeline/make-signal.ts';
import type { Parsed } from '../format.ts';
import type { Message } from './other-services.ts';
import { readRejectedCall } from './rejected-call.ts';

const MAX_FROM = 1024;

/**
 * `chan_sip`'s complaints (Asterisk up to 20). Others name only what the sender wrote of himself ("Failed to authenticate
 * device …", "Sending fake auth rejection …") and are no evidence against anybody.
 */
export function parseChanSipNotice(message: Message): Parsed {
  const { text } = message;
  if (text.startsWith("Registration from '")) return parseRegistration(message);
  if (text.startsWith("Call from '")) return readRejectedCall(message);
  if (text.startsWith("hacking attempt detected '")) {
    const peer = text.endsWith("'") ? parsePeer(text.slice(26, -1)) : undefined;
    if (peer === undefined) return 'unrecognised';
    return makeSignal('request.refused', {
      at: message.at,
      sensor: message.sensor,
      ...peer,
      reason: 'scanner_detected',
    });
  }
  return 'ignored';
}

/**
 * `Registration from 'TO' failed for 'PEER' - REASON`. TO is the sender's and may hold any of the words; what follows
 * the last of them is Asterisk's.
 */
function parseRegistration(message: Message): Parsed {
  const { text } = message;
  const failed = text.lastIndexOf("' failed for '");
  const close = text.indexOf("' - ", failed + 14);
  if (failed < 0 || close < 0) return 'unrecognised';
  const peer = parsePeer(text.slice(failed + 14, close));
  const reason = text.slice(close + 4);
  if (peer === undefined || reason.includes("'")) return 'unrecognised';
  const to = text.slice(19, failed);
  return makeSignal('register.failed', {
    at: message.at,
    sensor: message.sensor,
    ...peer,
    method: 'REGISTER',
    status: reason === 'Wrong password' ? 401 : 403,
    reason: decodeUtf8(reason, MAX_FROM),
    ...parseLoggedAor(to),
    from: decodeUtf8(to, MAX_FROM),
  });
}
