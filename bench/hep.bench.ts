/**
 * Bounds what HEP costs on one core: decoding, parsing and putting transactions together, budget 50,000 SIP messages a
 * second. Three mixes: phones that register and call, a cracker with a new challenge for each guess, and requests from a
 * new forged address each, which nobody answers. State must not grow with the number of messages.
 */

import { decodeHep } from '../src/lib/hep/decode-hep.ts';
import { hep3 } from '../src/lib/hep/hep.testkit.ts';
import { SipTraffic } from '../src/pipeline/sip-traffic/sip-traffic.ts';

const MESSAGES = 200_000;
const MAX_TRANSACTIONS = 50_000;
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
const MIXES = {
  phones: (n: number) => exchange(n, address(n % 5000), '200 OK'),
  cracker: (n: number) => exchange(n, '10.9.9.9', '401 Unauthorized'),
  'forged flood': (n: number) => [0, 1, 2, 3].map((i) => up({ method: 'INVITE', phone: address(n * 4 + i), n })),
};

export const bench = {
  name: 'hep',
  describe: 'SIP messages a second by way of HEP, one core',
  run() {
    return Object.entries(MIXES).map(([mix, make]) => {
      const packets = Array.from({ length: MESSAGES / 4 }, (_, n) => make(n)).flat();
      const traffic = new SipTraffic({ sensor: 'bench', maxTransactions: MAX_TRANSACTIONS });
      let signals = 0;
      let most = 0;
      // Processor time: what other programs do meanwhile does not count.
      const started = process.cpuUsage();
      packets.forEach((bytes, i) => {
        const packet = decodeHep(bytes);
        if (typeof packet === 'string') throw new Error(packet);
        // As at 50,000 a second.
        traffic.observe(packet.payload, { ...packet, at: Math.floor(i / 50) });
        if (i % 1000 === 0) signals += traffic.take().length;
        most = Math.max(most, traffic.tracked);
      });
      const { user, system } = process.cpuUsage(started);
      const seconds = (user + system) / 1e6;
      signals += traffic.take().length;
      return {
        mix,
        'messages/s': Math.round(packets.length / seconds),
        'of 50,000/s': (packets.length / seconds / 50_000).toFixed(1),
        signals,
        'transactions at most': most,
        evicted: traffic.evicted,
      };
    });
  },
};

if (import.meta.main) console.table(bench.run());
