/**
 * Bounds what HEP costs on one core: budget 50,000 SIP messages a second without loss.
 *
 * First decoding, parsing and putting transactions together, in three mixes: phones that register and call, a cracker
 * with a new challenge for each guess, and requests from a new forged address each, which nobody answers. State must not
 * grow with the number of messages. Then the whole source behind a real socket, journal included; yardstick, in the same
 * run: a socket of node's that only counts. A machine that is busy with other things loses datagrams however little they
 * cost, so the cost of each message stands beside the rate.
 */
import { decodeHep } from '../src/lib/hep/decode-hep.ts';
import { SipTraffic } from '../src/pipeline/sip-traffic/sip-traffic.ts';
import { type Listening, measurePassage } from './support/hep-socket.ts';
import { MIXES } from './support/hep-traffic.ts';
import { printTable } from './support/table.ts';

const MESSAGES = 200_000;
const MAX_TRANSACTIONS = 50_000;
const RATES = [10_000, 25_000, 50_000, 75_000];
const SECONDS = 4;
const LISTENERS: readonly Listening[] = [
  { what: 'bare', transport: 'udp' },
  { what: 'hep', transport: 'udp' },
  { what: 'hep', transport: 'tcp' },
];

export const bench = {
  name: 'hep',
  describe: 'SIP messages a second by way of HEP, one core',
  async run(): Promise<void> {
    console.table(this.assemble());
    await this.listen();
  },
  assemble() {
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
  async listen(): Promise<void> {
    const rows: string[][] = [];
    for (const listening of LISTENERS) {
      for (const passage of await measurePassage(listening, RATES, SECONDS)) {
        rows.push([
          listening.what === 'bare' ? 'yardstick: a socket that counts' : `hep over ${listening.transport}`,
          Math.round(passage.rate).toLocaleString('en'),
          passage.lost.toLocaleString('en'),
          passage.loopMicroseconds.toFixed(1),
          passage.cpuMicroseconds.toFixed(1),
          passage.load.toFixed(1),
        ]);
      }
    }
    const header = ['what', 'messages/s', 'lost', 'event loop, µs a message', 'all threads, µs a message', 'load'];
    printTable(`Messages through a socket, ${SECONDS} s for each rate`, header, rows);
  },
};

if (import.meta.main) await bench.run();
