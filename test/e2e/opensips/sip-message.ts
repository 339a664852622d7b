/** SIP messages as the phones of these tests need them: enough to talk to a real OpenSIPS, no more. */
import { createHash } from 'node:crypto';

export interface SipMessage {
  /** Request line or status line. */
  readonly start: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

export function parseMessage(text: string): SipMessage {
  const end = text.indexOf('\r\n\r\n');
  const [start = '', ...lines] = text.slice(0, end < 0 ? undefined : end).split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  });
  return { start, headers, body: end < 0 ? '' : text.slice(end + 4) };
}

export function formatMessage({ start, headers, body }: SipMessage): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  return `${[start, ...lines, `Content-Length: ${Buffer.byteLength(body)}`].join('\r\n')}\r\n\r\n${body}`;
}

export function header(message: SipMessage, name: string): string | undefined {
  return message.headers.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

export function headers(message: SipMessage, name: string): readonly string[] {
  return message.headers.filter(([key]) => key.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
}

/** The status of a response, 0 for a request. */
export function statusOf(message: SipMessage): number {
  return message.start.startsWith('SIP/2.0 ') ? Number(message.start.slice(8, 11)) : 0;
}

export function methodOf(message: SipMessage): string {
  return message.start.slice(0, message.start.indexOf(' '));
}

export interface Challenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  readonly qop: boolean;
}

export function parseChallenge(value: string): Challenge {
  const field = (name: string) => new RegExp(`[ ,]${name}="?([^",]*)`).exec(value)?.[1];
  return {
    realm: field('realm') ?? '',
    nonce: field('nonce') ?? '',
    opaque: field('opaque'),
    qop: field('qop') !== undefined,
  };
}

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

/** The answer to a challenge, RFC 2617 section 3.2.2. */
export function digest(challenge: Challenge, method: string, uri: string, user: string, password: string): string {
  const ha1 = md5(`${user}:${challenge.realm}:${password}`);
  const ha2 = md5(`${method}:${uri}`);
  const cnonce = '5ca1ab1e';
  const response = challenge.qop
    ? md5(`${ha1}:${challenge.nonce}:00000001:${cnonce}:auth:${ha2}`)
    : md5(`${ha1}:${challenge.nonce}:${ha2}`);
  const parts = [
    `username="${user}"`,
    `realm="${challenge.realm}"`,
    `nonce="${challenge.nonce}"`,
    `uri="${uri}"`,
    `response="${response}"`,
    'algorithm=MD5',
    ...(challenge.qop ? ['qop=auth', 'nc=00000001', `cnonce="${cnonce}"`] : []),
    ...(challenge.opaque === undefined ? [] : [`opaque="${challenge.opaque}"`]),
  ];
  return `Digest ${parts.join(', ')}`;
}
