import type { Address } from '../../lib/address.ts';
import type { HeaderName, SipRequest } from '../../lib/sip/index.ts';
import { ALLOWED_METHODS, type Answer } from './answer.ts';
import { stampVia } from './stamp-via.ts';

/** Who asked. */
export interface Peer {
  readonly address: Address;
  readonly port: number;
}

/** What is the same in all replies of a decoy. */
export interface Persona {
  readonly userAgent: string;
  readonly realm: string;
}

export interface Reply {
  readonly answer: Answer;
  /** Of the To header, unless it has one. */
  readonly tag: string;
  readonly nonce: string;
  readonly opaque: string;
  /** No reply is longer. */
  readonly maxBytes: number;
  /** On a stream the length has to be said. */
  readonly stream: boolean;
}

interface Form {
  readonly names: Readonly<Record<'via' | 'from' | 'to' | 'call-id', string>>;
  readonly longChallenge: boolean;
}

const LONG = { via: 'Via', from: 'From', to: 'To', 'call-id': 'Call-ID' };
const COMPACT = { via: 'v', from: 'f', to: 't', 'call-id': 'i' };
/** As a PBX would write it, or as short as the standard allows. */
const FORMS: readonly Form[] = [
  { names: LONG, longChallenge: true },
  { names: LONG, longChallenge: false },
  { names: COMPACT, longChallenge: false },
];

/**
 * The reply as bytes (latin1: values go back as they came), or undefined if it cannot be written within `maxBytes` or the request
 * is not fit to be answered. What must be there comes first; what a PBX adds is added as far as there is room.
 */
export function composeReply(request: SipRequest, peer: Peer, persona: Persona, reply: Reply): Buffer | undefined {
  const copied = copiedHeaders(request, peer, reply.tag);
  if (copied === undefined) return undefined;
  for (const form of FORMS) {
    const lines = requiredLines(copied, persona, reply, form);
    if (byteLength(lines) <= reply.maxBytes) return toBytes(withExtras(lines, persona, reply));
  }
  return undefined;
}

/** RFC 3261 section 8.2.6.2. */
interface Copied {
  readonly via: readonly string[];
  readonly from: string;
  readonly to: string;
  readonly 'call-id': string;
  readonly cseq: string;
}

function copiedHeaders(request: SipRequest, peer: Peer, tag: string): Copied | undefined {
  const via = request.rawHeaders('via');
  const [from, to, callId, cseq] = (['from', 'to', 'call-id', 'cseq'] as const).map((name) => one(request, name));
  const [top, ...others] = via;
  if (!top || !from || !to || !callId || !cseq) return undefined;
  const hasTag = (request.to?.tag ?? '') !== '';
  const copied = {
    via: [stampVia(top, peer.address, peer.port), ...others],
    from,
    to: hasTag ? to : `${to};tag=${tag}`,
    'call-id': callId,
    cseq,
  };
  return [...copied.via, from, to, callId, cseq].some(hasControl) ? undefined : copied;
}

function one(request: SipRequest, name: HeaderName): string | undefined {
  return request.rawHeaders(name)[0];
}

/** A lone CR or a NUL could be read as the end of a line by somebody. */
function hasControl(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const char = value.charCodeAt(i);
    if ((char < 32 && char !== 9) || char === 127) return true;
  }
  return false;
}

function requiredLines(copied: Copied, persona: Persona, reply: Reply, form: Form): string[] {
  const { names, longChallenge } = form;
  const lines = [
    `SIP/2.0 ${reply.answer.status} ${reply.answer.phrase}`,
    ...copied.via.map((via) => `${names.via}: ${via}`),
    `${names.from}: ${copied.from}`,
    `${names.to}: ${copied.to}`,
    `${names['call-id']}: ${copied['call-id']}`,
    `CSeq: ${copied.cseq}`,
  ];
  if (reply.answer.challenge !== 'none') lines.push(`WWW-Authenticate: ${challenge(persona, reply, longChallenge)}`);
  // RFC 3261 section 21.4.6: a 405 has to say what is allowed.
  if (reply.answer.status === 405) lines.push(ALLOW);
  if (reply.stream) lines.push('Content-Length: 0');
  return lines;
}

function challenge(persona: Persona, reply: Reply, long: boolean): string {
  const stale = reply.answer.challenge === 'stale' ? ',stale=true' : '';
  const required = `Digest realm="${persona.realm}",nonce="${reply.nonce}",opaque="${reply.opaque}"${stale}`;
  return long ? `${required},algorithm=MD5,qop="auth"` : required;
}

const ALLOW = `Allow: ${ALLOWED_METHODS.join(', ')}`;

function withExtras(lines: readonly string[], persona: Persona, reply: Reply): readonly string[] {
  const extras = [`Server: ${persona.userAgent}`];
  if (!reply.stream) extras.push('Content-Length: 0');
  if (reply.answer.capabilities) {
    if (reply.answer.status !== 405) extras.push(ALLOW);
    extras.push('Accept: application/sdp', 'Supported: replaces, timer');
  }
  let all = lines;
  for (const extra of extras) if (byteLength([...all, extra]) <= reply.maxBytes) all = [...all, extra];
  return all;
}

function byteLength(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 2, 2);
}

function toBytes(lines: readonly string[]): Buffer {
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}
