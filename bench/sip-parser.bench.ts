/**
 * Bounds what one SIP message costs a source before a signal exists: the start line, the header index and the values a
 * signal is made of. Yardstick, in the same run: the obvious reading (`toString`, split into lines, a map of lower-case names).
 */
import { globSync, readFileSync } from 'node:fs';
import { CaptureReader } from '../src/lib/net/capture-reader.ts';
import { PacketDecoder } from '../src/lib/net/packet-decoder.ts';
import { parseSip, type SipRequest, type SipResponse } from '../src/lib/sip/index.ts';
import { corporaFile } from '../test/support/corpora.ts';
import { printTable } from './support/table.ts';

const ROUNDS = 100_000;
const PASSES = 8;

const SAMPLES = [
  `OPTIONS sip:100@198.51.100.20 SIP/2.0
Via: SIP/2.0/UDP 203.0.113.7:5071;branch=z9hG4bK-2711836941;rport
Content-Length: 0
From: "scan"<sip:100@1.1.1.1>;tag=6338303633313464313363340132313839
Accept: application/sdp
User-Agent: friendly-scanner
To: "scan"<sip:100@1.1.1.1>
Contact: sip:100@203.0.113.7:5071
CSeq: 1 OPTIONS
Call-ID: 384827629822018851112345
Max-Forwards: 70

`,
  `REGISTER sip:example.com SIP/2.0
Via: SIP/2.0/UDP 192.0.2.44:5060;rport;branch=z9hG4bKPj7a1f0e2c9d3b4a5f
Max-Forwards: 70
From: "Front desk" <sip:1001@example.com>;tag=Qk2vX0pJ9sM3
To: "Front desk" <sip:1001@example.com>
Call-ID: 5d8a1c0e-77b2-4f1b-9a4e-0c2f6b1d9e33
CSeq: 41235 REGISTER
User-Agent: Yealink SIP-T46S 66.86.0.15
Supported: outbound, path
Contact: "Front desk" <sip:1001@192.0.2.44:5060;ob>
Expires: 300
Allow: PRACK, INVITE, ACK, BYE, CANCEL, UPDATE, INFO, SUBSCRIBE, NOTIFY, REFER, MESSAGE, OPTIONS
Authorization: Digest username="1001", realm="example.com", nonce="1763864688/8f3ac1", uri="sip:example.com", response="6629fae49393a05397450978507c4ef1", algorithm=MD5, cnonce="0a4f113b", opaque="3cc1", qop=auth, nc=00000001
Content-Length: 0

`,
  `INVITE sip:00442079460000@198.51.100.20 SIP/2.0
v: SIP/2.0/UDP 203.0.113.9:6060;branch=z9hG4bK1938472
f: <sip:201@198.51.100.20>;tag=91827364
t: <sip:00442079460000@198.51.100.20>
i: 918273645-123456789-192837465
CSeq: 1 INVITE
m: <sip:201@203.0.113.9:6060>
Max-Forwards: 70
User-Agent: pplsip
c: application/sdp
l: 122

v=0
o=- 16264 18299 IN IP4 203.0.113.9
s=call
c=IN IP4 203.0.113.9
t=0 0
m=audio 25282 RTP/AVP 0 101
a=rtpmap:0 PCMU/8000
`,
  `SIP/2.0 401 Unauthorized
Via: SIP/2.0/UDP 192.0.2.44:5060;rport=5060;received=192.0.2.44;branch=z9hG4bKPj7a1f0e2c9d3b4a5f
Call-ID: 5d8a1c0e-77b2-4f1b-9a4e-0c2f6b1d9e33
From: "Front desk" <sip:1001@example.com>;tag=Qk2vX0pJ9sM3
To: "Front desk" <sip:1001@example.com>;tag=z9hG4bKPj7a1f
CSeq: 41235 REGISTER
WWW-Authenticate: Digest realm="example.com",nonce="1763864688/8f3ac1",opaque="3cc1",algorithm=MD5,qop="auth"
Server: PBX 22
Content-Length: 0

`,
].map((text): Buffer => Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1'));

/** Messages recorded in the field, where they are at hand. */
function recordedMessages(): readonly Buffer[] {
  const directory = corporaFile('pcap');
  const messages: Buffer[] = [];
  const decoder = new PacketDecoder((payload) => {
    if (parseSip(payload).kind !== 'malformed') messages.push(Buffer.from(payload));
  });
  for (const file of directory === undefined ? [] : globSync(`${directory}/*.pcap`)) {
    for (const frame of new CaptureReader().push(readFileSync(file))) decoder.decode(frame);
  }
  return messages;
}

/** What a source takes from a message to make a signal; the sum keeps the work from being optimised away. */
function takeFields(bytes: Buffer): number {
  const message = parseSip(bytes);
  if (message.kind === 'malformed') throw new Error(`sample is malformed: ${message.reason}`);
  return message.kind === 'request' ? takeRequest(message) : takeResponse(message);
}

function takeRequest(message: SipRequest): number {
  const from = message.from;
  const account = (message.method === 'REGISTER' ? message.to : from)?.uri;
  let sum = message.method === 'REGISTER' ? message.expires : 0;
  for (const credentials of message.credentials) sum += credentials.nonce?.length ?? 0;
  sum += (account?.user.length ?? 0) + (account?.host.length ?? 0);
  sum += (from?.sent.length ?? 0) + (from?.tag.length ?? 0) + (message.via?.branch.length ?? 0);
  return sum + message.callId.length + message.userAgent.length + message.requestUri.length;
}

/** Enough to find its request again and to tell a failure from a challenge. */
function takeResponse(message: SipResponse): number {
  let sum = message.status + message.callId.length + (message.cseq?.method.length ?? 0);
  for (const challenge of message.challenges) sum += challenge.stale ? 1 : 0;
  return sum;
}

function splitLines(bytes: Buffer): number {
  const headers = new Map<string, string>();
  const [head = ''] = bytes.toString().split('\r\n\r\n', 1);
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers.size;
}

/** The best of several passes: what else runs on the machine only ever makes them slower. */
function messagesPerSecond(read: (bytes: Buffer) => number, messages: readonly Buffer[] = SAMPLES): number {
  let best = Number.POSITIVE_INFINITY;
  let sum = 0;
  for (let pass = 0; pass < PASSES; pass++) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < ROUNDS; i++) sum += read(messages[i % messages.length] as Buffer);
    best = Math.min(best, Number(process.hrtime.bigint() - start) / 1e9);
  }
  if (sum <= 0) throw new Error('nothing was read');
  return Math.round(ROUNDS / best);
}

export const bench = {
  name: 'sip-parser',
  async run(): Promise<void> {
    const yardstick = messagesPerSecond(splitLines);
    const recorded = recordedMessages();
    const rows = [
      ['start line and header index', messagesPerSecond((bytes) => (parseSip(bytes).kind === 'malformed' ? 0 : 1))],
      ['what a signal needs', messagesPerSecond(takeFields)],
      ['yardstick: lines split into a map', yardstick],
      ...(recorded.length === 0
        ? []
        : [
            [
              `what a signal needs, of ${recorded.length} recorded messages`,
              messagesPerSecond(takeFields, recorded),
            ] as const,
            ['yardstick, of these', messagesPerSecond(splitLines, recorded)] as const,
          ]),
    ] as const;
    printTable(
      'SIP messages a second on one core',
      ['what', 'messages/s', 'of yardstick'],
      rows.map(([what, rate]) => [what, rate.toLocaleString('en'), (rate / yardstick).toFixed(2)]),
    );
  },
};

if (import.meta.main) await bench.run();
