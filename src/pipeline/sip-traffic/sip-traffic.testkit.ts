/** Short scripts of SIP traffic, for tests. */
import { Address } from '../../lib/address.ts';
import type { Signal, Transport } from '../signal.ts';
import type { SipPath } from './sip-path.ts';
import { SipTraffic, type SipTrafficOptions } from './sip-traffic.ts';

export const PHONE = '192.0.2.7';
export const OTHER = '192.0.2.8';
export const SERVER = '198.51.100.1';

export interface RequestSketch {
  readonly from?: string;
  readonly to?: string;
  readonly user?: string;
  readonly target?: string;
  readonly branch?: string;
  readonly callId?: string;
  readonly cseq?: number;
  /** The Via below the topmost. */
  readonly below?: string;
  readonly toTag?: string;
  readonly tag?: string;
  readonly expires?: number;
  readonly userAgent?: string;
  /** Of an Authorization header, e.g. `nonce="…", response="…"`. */
  readonly digest?: string;
  /** Others besides. */
  readonly headers?: readonly string[];
  readonly transport?: Transport;
}

export interface ReplySketch {
  /** Of a WWW-Authenticate header. */
  readonly challenge?: string;
  /** From elsewhere than the request went to. */
  readonly from?: string;
}

/** A request that was played, to reply to. */
export interface Played {
  readonly method: string;
  readonly sketch: Required<Pick<RequestSketch, 'from' | 'to' | 'branch' | 'callId' | 'cseq'>>;
  readonly transport: Transport;
}

let serial = 0;

/** One sensor and its clock; each message takes a millisecond. */
export class Scene {
  readonly traffic: SipTraffic;
  now = Date.UTC(2026, 6, 15);

  constructor(options: Partial<SipTrafficOptions> = {}) {
    this.traffic = new SipTraffic({ sensor: 'test', ...options });
  }

  wait(ms: number): void {
    this.now += ms;
    this.traffic.expire(this.now);
  }

  request(method: string, sketch: RequestSketch = {}): Played {
    const number = ++serial;
    const { from = PHONE, to = SERVER, user = '1001', cseq = 1, transport = 'udp' } = sketch;
    const { branch = `z9hG4bKtest${number}`, callId = `call${number}@test`, target = 'sip:example.com' } = sketch;
    const lines = [
      `${method} ${target} SIP/2.0`,
      `Via: SIP/2.0/${transport.toUpperCase()} ${from}:5060;branch=${branch}`,
      ...(sketch.below === undefined ? [] : [`Via: ${sketch.below}`]),
      `From: "${user}" <sip:${user}@example.com>;tag=${sketch.tag ?? `f${number}`}`,
      `To: <sip:${user}@example.com>${sketch.toTag === undefined ? '' : `;tag=${sketch.toTag}`}`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${method}`,
      ...(sketch.expires === undefined ? [] : [`Expires: ${sketch.expires}`]),
      ...(sketch.userAgent === undefined ? [] : [`User-Agent: ${sketch.userAgent}`]),
      ...(sketch.digest === undefined ? [] : [`Authorization: Digest username="${user}", ${sketch.digest}`]),
      ...(sketch.headers ?? []),
    ];
    this.send(lines, from, to, transport);
    return { method, sketch: { from, to, branch, callId, cseq }, transport };
  }

  reply(played: Played, status: number, reason = 'Because', sketch: ReplySketch = {}): void {
    const { from, to, branch, callId, cseq } = played.sketch;
    const lines = [
      `SIP/2.0 ${status} ${reason}`,
      `Via: SIP/2.0/UDP ${from}:5060;branch=${branch}`,
      'From: <sip:x@example.com>;tag=f',
      'To: <sip:x@example.com>;tag=t',
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${played.method}`,
      ...(sketch.challenge === undefined ? [] : [`WWW-Authenticate: Digest realm="r", ${sketch.challenge}`]),
    ];
    this.send(lines, sketch.from ?? to, from, played.transport);
  }

  send(lines: readonly string[], from: string, to: string, transport: Transport = 'udp'): boolean {
    return this.traffic.observe(Buffer.from([...lines, '', ''].join('\r\n')), this.#path(from, to, transport));
  }

  /** Request, challenge, request with credentials and its reply. */
  authenticated(method: string, status: number, sketch: RequestSketch = {}): void {
    const callId = sketch.callId ?? `auth${++serial}`;
    const nonce = `nonce-of-${serial}-which-is-long`;
    this.reply(this.request(method, { ...sketch, callId }), 401, 'Unauthorized', { challenge: `nonce="${nonce}"` });
    const digest = `nonce="${nonce}", response="${serial}"`;
    const again = this.request(method, { ...sketch, callId, cseq: 2, digest });
    this.reply(again, status, 'Because', status === 401 ? { challenge: `nonce="${nonce}"` } : {});
  }

  /** What came of it all so far, in short. */
  told(...fields: readonly (keyof Signal)[]): string[] {
    return this.traffic
      .take()
      .map((signal) => [signal.kind, ...fields.map((field) => String(signal[field]))].join(' '));
  }

  #path(from: string, to: string, transport: Transport): SipPath {
    this.now++;
    const [source, destination] = [address(from), address(to)];
    return { at: this.now, source, sourcePort: 5060, destination, destinationPort: 5060, transport };
  }
}

function address(text: string): Address {
  const parsed = Address.parse(text);
  if (parsed === undefined) throw new TypeError(`expected an address, got ${text}`);
  return parsed;
}
