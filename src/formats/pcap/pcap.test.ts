import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { corporaFile } from '../../../test/support/corpora.ts';
import { hep3 } from '../../lib/hep/hep.testkit.ts';
import { ethernet, ipv4, pcapFile, pcapngFile, udp } from '../../lib/net/packets.testkit.ts';
import type { Signal } from '../../pipeline/signal.ts';
import { type CaptureBatch, captureKind, readCapture } from './read-capture.ts';

const AT = Date.UTC(2026, 6, 15, 12);

function request(n: number): string {
  const via = `Via: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK${n}`;
  const from = 'From: <sip:1001@example.com>;tag=1\r\nTo: <sip:1001@example.com>';
  const digest = `Authorization: Digest username="1001", nonce="${n}", response="${n}"`;
  return `REGISTER sip:example.com SIP/2.0\r\n${via}\r\n${from}\r\nCall-ID: ${n}\r\nCSeq: 1 REGISTER\r\n${digest}\r\n\r\n`;
}

function reply(n: number): string {
  const via = `Via: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK${n}`;
  return `SIP/2.0 403 Forbidden\r\n${via}\r\nCall-ID: ${n}\r\nCSeq: 1 REGISTER\r\n\r\n`;
}

/** Registrations that fail, and a broken frame. */
function frames(count: number) {
  const pairs = Array.from({ length: count }, (_, n) => [
    { at: AT + n * 10, bytes: ethernet(ipv4(udp(request(n)))) },
    { at: AT + n * 10 + 5, bytes: ethernet(ipv4(udp(reply(n)), { from: '192.0.2.1', to: '192.0.2.7' })) },
  ]);
  return [...pairs.flat(), { at: AT + count * 10, bytes: ethernet(Buffer.alloc(20, 0x40)) }];
}

async function withFile<T>(bytes: Buffer, use: (path: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'sipward-pcap-'));
  try {
    const path = join(directory, 'capture');
    await writeFile(path, bytes);
    return await use(path);
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function readAll(path: string) {
  const signals: Signal[] = [];
  const seen = { lines: 0, unrecognised: 0, batches: 0, bytesRead: 0, bytesTotal: 0 };
  for await (const batch of readCapture(path, { sensor: 'test' })) {
    signals.push(...batch.signals);
    seen.lines += batch.lines;
    seen.unrecognised += batch.unrecognised;
    seen.batches++;
    assert.ok(batch.bytesRead >= seen.bytesRead && batch.bytesRead <= batch.bytesTotal);
    seen.bytesRead = batch.bytesRead;
    seen.bytesTotal = batch.bytesTotal;
  }
  return { signals, seen };
}

describe('readCapture', () => {
  for (const [name, make] of [
    ['pcap', pcapFile],
    ['pcapng', pcapngFile],
    ['pcap.gz', (list: ReturnType<typeof frames>) => gzipSync(pcapFile(list))],
  ] as const) {
    it(`gives the signals of a ${name}, with progress`, async () => {
      await withFile(make(frames(3)), async (path) => {
        const { signals, seen } = await readAll(path);
        assert.deepEqual(
          signals.map(({ kind, at, address, sensor }) => [kind, at, address.text, sensor]),
          [5, 15, 25].map((ms) => ['register.failed', AT + ms, '192.0.2.7', 'test']),
        );
        assert.deepEqual([seen.lines, seen.unrecognised, seen.bytesRead], [7, 1, seen.bytesTotal]);
      });
    });
  }

  it('reads what a capture agent reports, with its addresses and times', async () => {
    const seconds = AT / 1000 - 60;
    const reports = [
      hep3(request(1), { seconds, from: '192.0.2.7', to: '192.0.2.1' }),
      hep3(reply(1), { seconds, from: '192.0.2.1', to: '192.0.2.7' }),
      hep3('{"rtcp":1}', { seconds, payloadType: 5 }),
    ];
    const file = pcapFile(reports.map((report) => ({ at: AT, bytes: ethernet(ipv4(udp(report, { toPort: 9060 }))) })));
    await withFile(file, async (path) => {
      const { signals } = await readAll(path);
      assert.deepEqual(
        signals.map(({ kind, at, address }) => [kind, at, address.text]),
        [['register.failed', AT - 59_750, '192.0.2.7']],
      );
    });
  });

  it('reads piece by piece', async () => {
    await withFile(pcapFile(frames(5000)), async (path) => {
      const { signals, seen } = await readAll(path);
      assert.equal(signals.filter(({ kind }) => kind === 'register.failed').length, 5000);
      assert.ok(seen.batches > 2);
    });
  });

  for (const [what, bytes, message] of [
    [
      'no capture',
      Buffer.from('hello, this is no capture'),
      /capture: byte 0: expected a capture \(pcap or pcapng\), got 68656c6c$/,
    ],
    ['half a compressed file', gzipSync(pcapFile(frames(3))).subarray(0, -20), /capture: unexpected end of file$/],
    ['nothing', Buffer.alloc(3), /capture: cut off 3 bytes into a frame$/],
  ] as const) {
    it(`complains of ${what}, with the path`, async () => {
      await withFile(bytes, (path) => assert.rejects(readAll(path), { message }));
    });
  }

  it('gives what came before the end of a file that was cut off, and says so', async () => {
    await withFile(pcapFile(frames(3)).subarray(0, -10), async (path) => {
      const batches: CaptureBatch[] = [];
      for await (const batch of readCapture(path, { sensor: 'test' })) batches.push(batch);
      assert.equal(batches.flatMap(({ signals }) => signals).length, 3);
      assert.match(batches.at(-1)?.note ?? '', /capture: cut off \d+ bytes into a frame$/);
    });
  });

  it('names a file that is not there', async () => {
    await assert.rejects(readAll('/nowhere/at-all.pcap'), /ENOENT.*at-all\.pcap/);
  });
});

describe('captureKind', () => {
  it('knows captures by their first bytes', () => {
    for (const littleEndian of [true, false]) {
      for (const digits of [6, 9]) {
        assert.equal(captureKind(pcapFile([], { littleEndian, digits })), 'capture');
        assert.equal(captureKind(pcapngFile([], { littleEndian, digits })), 'capture');
      }
    }
    assert.equal(captureKind(gzipSync('x')), 'gzip');
    for (const text of ['', 'x', 'Jul  8 22:55:41 a', 'E_SIPWARD,1'])
      assert.equal(captureKind(Buffer.from(text)), undefined);
  });
});

describe('recorded captures', () => {
  for (const [name, kinds] of [
    // SIPVicious: a scan, then a cracked account.
    ['ipfixprobe-sip', { '147.32.77.113': ['register.failed', 'register.ok', 'request.refused'] }],
    // A scan that was answered, and an honest phone.
    [
      'honeynet-fc4-Voip-trace',
      {
        '172.25.105.3': ['call.answered', 'call.ended', 'call.started', 'register.ok'],
        '172.25.105.43': ['request.refused'],
      },
    ],
    [
      'suricata-public-cloudshark-sip-s0',
      { '200.57.7.195': ['call.answered', 'call.started'], '200.57.7.204': ['register.ok'] },
    ],
    [
      'hepagentrs-rtp_rtcp_sip',
      { '200.57.7.195': ['call.started'], '200.57.7.204': ['register.ok'], '200.57.7.205': ['register.ok'] },
    ],
    [
      // Of three hosts the one in the middle is a proxy, which calls nobody itself.
      'sngrep-ipv6frag',
      { 'fd17:625c:f037:2:a00:27ff:feb9:1521': ['call.answered', 'call.ended', 'call.started'] },
    ],
    [
      'ndpi-FAX-Call-t38',
      {
        '10.35.40.25': ['call.answered', 'call.ended', 'call.started'],
        '10.35.60.72': ['call.answered', 'call.ended', 'call.started'],
        '138.132.169.101': ['call.answered', 'call.ended', 'call.started'],
      },
    ],
  ] as const) {
    const file = corporaFile(`pcap/${name}.pcap`);
    it(`${name}: who did what`, { skip: file === undefined && 'no corpora on this machine' }, async () => {
      const { signals } = await readAll(file ?? '');
      const done: Record<string, string[]> = {};
      for (const { kind, address } of signals) {
        const before = done[address.text] ?? [];
        done[address.text] = [...new Set([...before, kind])].sort();
      }
      assert.deepEqual(done, kinds);
    });
  }

  const cracked = corporaFile('pcap/ipfixprobe-sip.pcap');
  it('ipfixprobe-sip: proven failures', { skip: cracked === undefined && 'no corpora on this machine' }, async () => {
    const { signals } = await readAll(cracked ?? '');
    const failed = signals.filter(({ kind }) => kind === 'register.failed');
    assert.deepEqual(
      failed.map(({ user, proven, status }) => `${user} ${proven} ${status}`),
      new Array(8).fill('6001 yes 401'),
    );
  });
});
