import { parsePeer } from '../../lib/log-line/peer.ts';
import { makeSignal } from '../../pipeline/make-signal.ts';
import type { Parsed } from '../format.ts';
import type { Message } from './other-services.ts';

const REJECTED = 'Rejecting unknown SIP connection from ';
const SCANNER = 'Friendly Scanner from ';

/**
 * What FreePBX's dial plan says with Log(): `Ext. EXTENSION: "Rejecting unknown SIP connection from PEER"`, by way of
 * syslog `Ext. EXTENSION:6 in @ CONTEXT: "…"`. A dial plan may log a caller's own words, so the text must be all of it.
 */
export function readDialplanLog(message: Message): Parsed {
  const text = unquote(message.text.slice(textStart(message.text)));
  const reason = text.startsWith(REJECTED) ? 'dial_probe' : text.startsWith(SCANNER) ? 'scanner_detected' : undefined;
  if (reason === undefined) return 'ignored';
  const peer = parsePeer(text.slice(text.startsWith(REJECTED) ? REJECTED.length : SCANNER.length));
  if (peer === undefined) return 'unrecognised';
  return makeSignal('request.refused', { at: message.at, sensor: message.sensor, ...peer, method: 'INVITE', reason });
}

/** Behind `Ext. s: ` or `Ext. s:6 in @ context: `. */
function textStart(text: string): number {
  const end = text.indexOf(' ', 5);
  if (end < 0) return text.length;
  if (text.charCodeAt(end - 1) === 58) return end + 1;
  const context = text.startsWith('in @ ', end + 1) ? text.indexOf(': ', end) : -1;
  return context < 0 ? text.length : context + 2;
}

function unquote(text: string): string {
  return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}
