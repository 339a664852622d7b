import { decodeUtf8 } from '../../lib/byte-text.ts';
import { type Peer, withPort } from '../../lib/log-line/peer.ts';
import { makeSignal } from '../../pipeline/make-signal.ts';
import { type Proven, TRANSPORTS, type Transport } from '../../pipeline/signal.ts';
import type { Parsed } from '../format.ts';
import type { Message } from './other-services.ts';

const MAX_VALUE = 255;
const LOCAL = '",LocalAddress="';
const REMOTE = '",RemoteAddress="';
/** The longest `IPV6/TRANSPORT/address/port`. */
const MAX_ADDRESS = 80;

/** Events whose fields behind the addresses are Asterisk's own; behind those of other events the sender's words follow. */
const OWN_TAIL = new Set(['InvalidAccountID', 'FailedACL', 'SuccessfulAuth', 'ChallengeSent', 'InvalidTransport']);
const FAILURES: Readonly<Record<string, number>> = {
  InvalidAccountID: 401,
  InvalidPassword: 401,
  ChallengeResponseFailed: 401,
  FailedACL: 403,
  UnexpectedAddress: 403,
  AuthMethodNotAllowed: 403,
};

interface Place {
  readonly start: number;
  readonly end: number;
  readonly transport: Transport;
  readonly peer: Peer;
}

/**
 * Lines of `res_security_log`: `SecurityEvent="…",EventTV="…",Severity="…",Service="…",EventVersion="…",
 * AccountID="…",SessionID="…",LocalAddress="…",RemoteAddress="…"` and what the event adds. Nothing is escaped: AccountID
 * and SessionID (the Call-ID), and in some events what comes last, are the sender's and may hold a whole pair of
 * addresses. The true pair is known if there is but one, or if it is the last and only Asterisk's words follow.
 */
export class SecurityEvents {
  /** The unknown account last reported: the failed digest of the same request is one failure with it. */
  #unknownAccount = '';

  parse(message: Message): Parsed {
    const { text } = message;
    if (!text.startsWith('SecurityEvent="')) return 'ignored';
    const event = text.slice(15, text.indexOf('"', 15));
    const service = valueAfter(text, ',Service="', 15);
    const account = text.indexOf('",AccountID="');
    const places = findAddresses(text);
    const place = places.at(-1);
    if (place === undefined) return 'unrecognised';
    if (places.length > 1 && !(OWN_TAIL.has(event) && endsPlainly(text, place.end))) return 'unrecognised';
    if (event !== 'SuccessfulAuth' && FAILURES[event] === undefined) return 'ignored';
    const session = text.indexOf('",SessionID="', account);
    const named = account >= 0 && session >= 0 && session < place.start;
    return this.#signal(message, event, service, place, {
      user: named ? text.slice(account + 13, session) : '',
      session: named ? text.slice(session + 13, place.start) : '',
    });
  }

  #signal(
    message: Message,
    event: string,
    service: string,
    place: Place,
    sent: { readonly user: string; readonly session: string },
  ): Parsed {
    const known = sent.user !== '' && sent.user !== '<unknown>';
    const request = `${place.peer.address.text} ${place.peer.port} ${sent.session.slice(0, MAX_VALUE)}`;
    if (event === 'ChallengeResponseFailed' && !known && request === this.#unknownAccount) {
      this.#unknownAccount = '';
      return 'ignored';
    }
    this.#unknownAccount = event === 'InvalidAccountID' ? request : '';
    const sip = service === 'SIP' || service === 'PJSIP';
    return makeSignal(event === 'SuccessfulAuth' ? 'register.ok' : 'register.failed', {
      at: message.at,
      sensor: message.sensor,
      ...place.peer,
      transport: place.transport,
      proven: provenBy(message.text, event, place),
      method: sip ? '' : decodeUtf8(service, MAX_VALUE),
      status: FAILURES[event] ?? 200,
      reason: event,
      user: known ? decodeUtf8(sent.user, MAX_VALUE) : '',
      callId: decodeUtf8(sent.session, MAX_VALUE),
    });
  }
}

/** A right password, or chan_sip's own random challenge sent back, cannot come from a forged address. */
function provenBy(text: string, event: string, place: Place): Proven {
  if (place.transport !== 'udp') return place.transport === 'unknown' ? 'unknown' : 'yes';
  if (event === 'SuccessfulAuth') return 'yes';
  const challenge = valueAfter(text, ',Challenge="', place.end);
  const returned = valueAfter(text, ',ReceivedChallenge="', place.end);
  return event === 'InvalidPassword' && challenge.length >= 8 && challenge === returned ? 'yes' : 'unknown';
}

function valueAfter(text: string, key: string, from: number): string {
  const at = text.indexOf(key, from);
  return at < 0 ? '' : text.slice(at + key.length, text.indexOf('"', at + key.length));
}

/** Every pair of addresses in the line, in order. */
function findAddresses(text: string): Place[] {
  const places: Place[] = [];
  for (let start = text.indexOf(LOCAL); start >= 0; start = text.indexOf(LOCAL, start + 1)) {
    const local = start + LOCAL.length;
    const remote = text.slice(local, local + MAX_ADDRESS + REMOTE.length).indexOf(REMOTE);
    if (remote < 0) continue;
    const from = local + remote + REMOTE.length;
    const length = text.slice(from, from + MAX_ADDRESS).indexOf('"');
    const parts = length < 0 ? [] : text.slice(from, from + length).split('/');
    const peer = parts.length === 4 ? withPort(parts[2] ?? '', parts[3] ?? '') : undefined;
    const transport = TRANSPORTS.find((name) => name === parts[1]?.toLowerCase()) ?? 'unknown';
    if (peer !== undefined) places.push({ start, end: from + length + 1, transport, peer });
  }
  return places;
}

/** Whether nothing but `,Key="value"` without quotes inside follows. */
function endsPlainly(text: string, from: number): boolean {
  let at = from;
  while (at < text.length) {
    const open = text.indexOf('="', at);
    const close = text.indexOf('"', open + 2);
    if (text.charCodeAt(at) !== 44 || open < 0 || close < 0) return false;
    at = close + 1;
  }
  return true;
}
