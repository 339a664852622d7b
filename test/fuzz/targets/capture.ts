/** Captures: whatever is in the file, it is read to the end or to a place that is named, however it is cut into chunks. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { CaptureSignals } from '../../../src/formats/pcap/capture-signals.ts';
import { hep3 } from '../../../src/lib/hep/hep.testkit.ts';
import {
  ethernet,
  FIN,
  ipv4,
  ipv6,
  ipv6Fragment,
  pcapFile,
  pcapngFile,
  SYN,
  tcp,
  udp,
} from '../../../src/lib/net/packets.testkit.ts';
import type { Signal } from '../../../src/pipeline/signal.ts';
import { corporaFile } from '../../support/corpora.ts';
import { SIP_SAMPLES } from '../../support/sip-samples.ts';
import type { FuzzTarget } from '../target.ts';
import { checkSignal, pieces } from './checks.ts';

const NOW = Date.UTC(2026, 0, 1);
/** Recorded files are cut: what is far behind is seldom reached by a mutation. */
const MAX_SEED_BYTES = 12_000;

function files(): readonly Buffer[] {
  const [request = Buffer.alloc(0), reply = Buffer.alloc(0)] = SIP_SAMPLES;
  const there = udp(request);
  const back = { from: '192.0.2.1', to: '192.0.2.7' };
  const upgrade = 'GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n';
  const frame = Buffer.concat([Buffer.from([0x82, 0x7e, request.length >> 8, request.length & 255]), request]);
  const packets = [
    ethernet(ipv4(there)),
    ethernet(ipv4(udp(reply), back), [0x8100, 0x88a8]),
    ethernet(ipv4(there.subarray(0, 200), { more: true, id: 7 })),
    ethernet(ipv4(there.subarray(200), { offset: 200, id: 7 })),
    ethernet(ipv6(ipv6Fragment(there.subarray(0, 80), { more: true }), { protocol: 44 })),
    ethernet(ipv6(ipv6Fragment(there.subarray(80), { offset: 80 }), { protocol: 44 })),
    ethernet(ipv4(ipv4(there), { protocol: 4 })),
    ethernet(ipv4(tcp('', { flags: SYN, sequence: 1 }), { protocol: 6 })),
    ethernet(ipv4(tcp(request, { sequence: 2 }), { protocol: 6 })),
    ethernet(ipv4(tcp('', { flags: FIN, sequence: 2 + request.length }), { protocol: 6 })),
    ethernet(ipv4(tcp(upgrade, { sequence: 0, fromPort: 81 }), { protocol: 6 })),
    ethernet(ipv4(tcp(frame, { sequence: upgrade.length, fromPort: 81 }), { protocol: 6 })),
    ethernet(ipv4(udp(hep3(request)))),
  ].map((bytes, i) => ({ at: NOW + 40 * i, bytes }));
  const made = [
    pcapFile(packets),
    pcapFile(packets.slice(0, 4), { littleEndian: false, digits: 9 }),
    pcapngFile(packets),
    pcapngFile(packets.slice(0, 4), { littleEndian: false, digits: 9 }),
    ...[101, 113, 276].map((linkType) =>
      pcapFile([{ at: NOW, bytes: Buffer.concat([Buffer.alloc(16), ipv4(there)]) }], { linkType }),
    ),
  ];
  const directory = corporaFile('pcap');
  const recorded = directory === undefined ? [] : globSync(`${directory}/*`).sort();
  return [...made, ...recorded.map((file) => readFileSync(file).subarray(0, MAX_SEED_BYTES))];
}

export const capture: FuzzTarget = {
  name: 'capture',
  seeds: files,
  words: [
    '\xa1\xb2\xc3\xd4',
    '\xd4\xc3\xb2\xa1',
    '\x0a\x0d\x0d\x0a',
    '\x45\0',
    '\x60\0',
    '\x81\0',
    '\x08\0',
    '\x86\xdd',
    '\x82\x7e',
    '\x88\x80',
    'HEP3',
  ],
  maxBytes: 60_000,
  check(input) {
    const atOnce = read([input]);
    assert.deepEqual(read(pieces(input)), atOnce);
    for (const signal of atOnce.signals) checkSignal(signal);
    if (atOnce.fault !== undefined) assert.match(atOnce.fault, /^byte \d+: expected /);
    return [atOnce.signals.length, atOnce.counts, atOnce.fault];
  },
};

function read(chunks: Iterable<Buffer>) {
  const reader = new CaptureSignals({ sensor: 'fuzz' });
  const signals: Signal[] = [];
  let fault: string | undefined;
  try {
    // A copy: whoever reads a file takes the chunk back.
    for (const chunk of chunks) signals.push(...reader.push(Buffer.from(chunk)));
  } catch (error) {
    if (!(error instanceof Error) || error.constructor !== Error) throw error;
    fault = error.message;
  }
  signals.push(...reader.finish());
  return { signals, counts: reader.counts, fault };
}
