import { decodeUtf8 } from '../../lib/byte-text.ts';
import { parsePeer } from '../../lib/log-line/peer.ts';
import { makeSignal } from '../../pipeline/make-signal.ts';
import { TRANSPORTS, type Transport } from '../../pipeline/signal.ts';
import type { Parsed } from '../format.ts';
import type { Message } from './other-services.ts';

const MAX_EXTENSION = 255;

/**
 * `Call from 'PEER' (ADDRESS) to extension 'EXTENSION' rejected because extension not found in context 'CONTEXT'.`, and
 * newer `PEER: Call (ADDRESS) to extension …`. PEER is a name of the configuration (empty or `anonymous` for a stranger);
 * only EXTENSION, after the address, is the caller's.
 */
export function readRejectedCall(message: Message): Parsed {
  const { text } = message;
  const open = text.indexOf(' (');
  const close = text.indexOf(") to extension '", open);
  if (open < 0 || close < 0 || close - open > 80) return 'ignored';
  const rejected = text.lastIndexOf("' rejected because extension not found in context '");
  if (rejected < close) return 'ignored';
  const { transport, peer } = readAddress(text.slice(open + 2, close));
  if (peer === undefined) return 'unrecognised';
  const caller = text.startsWith("Call from '") ? text.slice(11, open - 1) : text.slice(0, text.indexOf(': Call'));
  const extension = decodeUtf8(text.slice(close + 16, rejected), MAX_EXTENSION);
  const seen = {
    at: message.at,
    sensor: message.sensor,
    ...peer,
    transport,
    proven: transport === 'unknown' || transport === 'udp' ? ('unknown' as const) : ('yes' as const),
    method: 'INVITE',
    status: 404,
    requestUri: `sip:${extension}`,
  };
  if (caller === '' || caller === 'anonymous') return makeSignal('request.refused', { ...seen, reason: 'dial_probe' });
  return makeSignal('call.failed', { ...seen, user: decodeUtf8(caller, MAX_EXTENSION), reason: 'extension not found' });
}

/** `192.0.2.1:5060`, `UDP:192.0.2.1:5060` or `TCP:[192.0.2.1]:5060`. */
function readAddress(text: string) {
  const colon = text.indexOf(':');
  const name = text.slice(0, colon).toLowerCase();
  const transport: Transport = TRANSPORTS.find((candidate) => candidate === name) ?? 'unknown';
  return { transport, peer: parsePeer(transport === 'unknown' ? text : text.slice(colon + 1)) };
}
