/**
 * Bounds what a datagram costs the decoy, from its bytes to the reply and the journal's line. Yardstick, in the same
 * run: reading the message and finding its faults.
 */
import { formatSignal } from '../src/formats/opensips-events/format-signal.ts';
import { Address } from '../src/lib/address.ts';
import { faultOf, parseSip } from '../src/lib/sip/index.ts';
import { Switchboard } from '../src/sources/decoy/switchboard.ts';
import { printTable } from './support/table.ts';

const ROUNDS = 50_000;
const PASSES = 6;
const NOW = Date.UTC(2026, 0, 15);

function request(method: string, number: number, extra = ''): Buffer {
  return Buffer.from(
    [
      `${method} sip:198.51.100.20 SIP/2.0`,
      `Via: SIP/2.0/UDP 203.0.113.7:5071;branch=z9hG4bK-${number};rport`,
      'Max-Forwards: 70',
      'From: "1001" <sip:1001@198.51.100.20>;tag=3206210844',
      'To: "1001" <sip:1001@198.51.100.20>',
      'Call-ID: 2183404195',
      `CSeq: 1 ${method}`,
      'Contact: sip:123@1.1.1.1',
      'User-Agent: friendly-scanner',
      'Accept: application/sdp',
      `${extra}Content-Length: 0`,
      '',
      '',
    ].join('\r\n'),
  );
}

function requests(method: string, extra?: string): readonly Buffer[] {
  return Array.from({ length: ROUNDS }, (_, i) => request(method, i, extra));
}

/** @returns datagrams a second */
function rate(datagrams: readonly Buffer[], take: (bytes: Buffer, at: number) => number): number {
  let best = Number.POSITIVE_INFINITY;
  let sum = 0;
  for (let pass = 0; pass < PASSES; pass++) {
    const start = process.hrtime.bigint();
    for (const [i, bytes] of datagrams.entries()) sum += take(bytes, NOW + pass * 60_000 + i / 50);
    best = Math.min(best, Number(process.hrtime.bigint() - start) / 1e9);
  }
  if (sum <= 0) throw new Error('nothing was done');
  return datagrams.length / best;
}

/** 1,000 sources, each within its limit or far beyond it. */
function hearing(repliesPerSecond: number): (bytes: Buffer, at: number) => number {
  const board = new Switchboard({ sensor: 'decoy', userAgent: 'PBX 20', realm: 'asterisk', repliesPerSecond });
  const peers = Array.from({ length: 1000 }, (_, i) => ({ address: Address.v4(0xcb007100 + i), port: 5071 }));
  let next = 0;
  return (bytes, at) => {
    const peer = peers[next++ % peers.length] ?? { address: Address.v4(1), port: 1 };
    const { signal, reply } = board.hear(bytes, peer, 'udp', at);
    return (reply?.length ?? 0) + (signal === undefined ? 0 : formatSignal(signal).length);
  };
}

const CREDENTIALS =
  'Authorization: Digest username="1001",realm="asterisk",nonce="awOvF9zmWEmcDu5ANNz1",uri="sip:198.51.100.20",response="0f2d5c9f2d3e0f2d5c9f2d3e0f2d5c9f"\r\n';

export const bench = {
  name: 'decoy',
  async run(): Promise<void> {
    const parse = (bytes: Buffer) => {
      const message = parseSip(bytes);
      return message.kind === 'malformed' || faultOf(message) !== undefined ? 0 : 1;
    };
    const yardstick = rate(requests('REGISTER'), parse);
    const rows = [
      ['OPTIONS', rate(requests('OPTIONS'), hearing(10_000))],
      ['REGISTER', rate(requests('REGISTER'), hearing(10_000))],
      ['REGISTER with credentials', rate(requests('REGISTER', CREDENTIALS), hearing(10_000))],
      ['REGISTER beyond the limit of replies', rate(requests('REGISTER'), hearing(1))],
      ['yardstick: parseSip and faultOf', yardstick],
    ] as const;
    printTable(
      'Datagrams a second on one core, without the socket',
      ['what', 'datagrams/s', 'of yardstick'],
      rows.map(([what, perSecond]) => [
        what,
        Math.round(perSecond).toLocaleString('en'),
        (perSecond / yardstick).toFixed(2),
      ]),
    );
  },
};

if (import.meta.main) await bench.run();
