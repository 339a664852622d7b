/** HEP reports of SIP traffic, made by hand: what the benchmarks of HEP send. */
import { hep3 } from '../../src/lib/hep/hep.testkit.ts';

const SERVER = '198.51.100.1';

interface Turn {
  readonly method: string;
  readonly phone: string;
  readonly n: number;
  readonly digest?: string;
}

function request({ method, phone, n, digest }: Turn): string {
  return [
    `${method} sip:example.com SIP/2.0`,
    `Via: SIP/2.0/UDP ${phone}:5060;branch=z9hG4bK-524287-${n}---0a1b2c3d4e5f;rport`,
    'Max-Forwards: 70',
    `Contact: <sip:${n % 1000}@${phone}:5060>`,
    `To: <sip:${n % 1000}@example.com>`,
    `From: "Phone ${n}" <sip:${n % 1000}@example.com>;tag=f00b${n}`,
    `Call-ID: ${n}-0a1b2c3d4e5f@${phone}`,
    `CSeq: ${digest === undefined ? 1 : 2} ${method}`,
    'Expires: 3600',
    'User-Agent: Phone Of Some Maker 1.2.3',
    ...(digest === undefined ? [] : [`Authorization: Digest username="${n % 1000}", realm="example.com", ${digest}`]),
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

function reply({ method, phone, n, digest }: Turn, status: string, challenge?: string): string {
  return [
    `SIP/2.0 ${status}`,
    `Via: SIP/2.0/UDP ${phone}:5060;branch=z9hG4bK-524287-${n}---0a1b2c3d4e5f;rport=5060;received=${phone}`,
    `To: <sip:${n % 1000}@example.com>;tag=b00f`,
    `From: "Phone ${n}" <sip:${n % 1000}@example.com>;tag=f00b${n}`,
    `Call-ID: ${n}-0a1b2c3d4e5f@${phone}`,
    `CSeq: ${digest === undefined ? 1 : 2} ${method}`,
    ...(challenge === undefined ? [] : [`WWW-Authenticate: Digest realm="example.com", ${challenge}, qop="auth"`]),
    'Server: Some Server',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

const up = (turn: Turn) => hep3(request(turn), { from: turn.phone, to: SERVER });
const down = (turn: Turn, status: string, challenge?: string) =>
  hep3(reply(turn, status, challenge), { from: SERVER, to: turn.phone });

/** A request, a challenge, the request again and its answer. */
function exchange(n: number, phone: string, status: string): Buffer[] {
  const turn = { method: 'REGISTER', phone, n };
  const challenge = `nonce="${n}/0a1b2c3d4e5f", opaque="${n}0a1b2c3d"`;
  const again = { ...turn, digest: `${challenge}, response="${n}0a1b2c3d4e5f"` };
  return [up(turn), down(turn, '401 Unauthorized', challenge), up(again), down(again, status, challenge)];
}

const address = (n: number) => `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;
/** Four messages each. */
export const MIXES = {
  phones: (n: number) => exchange(n, address(n % 5000), '200 OK'),
  cracker: (n: number) => exchange(n, '10.9.9.9', '401 Unauthorized'),
  'forged flood': (n: number) => [0, 1, 2, 3].map((i) => up({ method: 'INVITE', phone: address(n * 4 + i), n })),
};
