/** The SIP parser: one message, a stream cut into messages, and messages put together to transactions. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { Address } from '../../../src/lib/address.ts';
import { type Frame, MALFORMED_REASONS, MAX_MESSAGE_BYTES, parseSip, SipFramer } from '../../../src/lib/sip/index.ts';
import { MAX_CONTACTS } from '../../../src/lib/sip/name-addr.ts';
import type { SipPath } from '../../../src/pipeline/sip-traffic/sip-path.ts';
import { SipTraffic } from '../../../src/pipeline/sip-traffic/sip-traffic.ts';
import { corporaFile } from '../../support/corpora.ts';
import { SIP_SAMPLES } from '../../support/sip-samples.ts';
import { DELIMITERS, readEverything } from '../../support/sip-values.ts';
import { readZip } from '../../support/zip.ts';
import type { FuzzTarget } from '../target.ts';
import { checkNumber, checkSignal, checkTexts, pieces } from './checks.ts';

const WORDS = [
  ...DELIMITERS,
  '?',
  '*',
  '//',
  '"\\',
  '\\"',
  '<>',
  '""',
  ';;',
  ',,',
  '::',
  '%00',
  '%0d%0a',
  '%2',
  '\r\n\r\n',
  '\r\n ',
  ';=',
  '<sip:',
  '>;tag=',
  'SIP/2.0',
  'SIP/3.0',
  'sip/2.0',
  'sip:',
  'sips:',
  'tel:',
  'sip:a@b',
  'REGISTER',
  'INVITE',
  'ACK',
  'CANCEL',
  'BYE',
  'OPTIONS',
  'SIP/2.0 200 OK',
  'SIP/2.0 401 Unauthorized',
  'SIP/2.0 180 Ringing',
  'SIP/2.0 404 Not Found',
  ' SIP/2.0\r\n',
  'Via: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1',
  ';received=192.0.2.8',
  ';rport',
  ';rport=5060',
  ';branch=z9hG4bK',
  ';maddr=',
  'Contact: *',
  'Expires: 0',
  ';expires=',
  ';tag=',
  ';lr',
  ';transport=tls',
  'Digest ',
  'nonce="',
  'opaque="',
  'stale=true',
  'Authorization: Digest username="1001", realm="a", nonce="n", response="r"',
  'WWW-Authenticate: Digest nonce="n", stale=true',
  'Via',
  'v',
  'From',
  'f',
  'To',
  't',
  'Call-ID',
  'i',
  'CSeq',
  'Contact',
  'm',
  'Content-Length',
  'l',
  'Max-Forwards',
  'User-Agent',
  'l: 0\r\n',
  'Content-Length: 10\r\n',
  'Content-Length: -1\r\n',
  '[2001:db8::1]',
  '[::ffff:192.0.2.1]',
  '[',
  '[]',
  ':65536',
  ':0',
];

/** Sound messages made here, and, where the corpora are, those that others made to break parsers. */
function messages(): readonly Buffer[] {
  const torture = ['sip/rfc4475', 'sip/rfc5118']
    .map(corporaFile)
    .flatMap((directory) => (directory === undefined ? [] : globSync(`${directory}/**/*.{dat,sip}`).sort()))
    .map((file) => readFileSync(file));
  return [...SIP_SAMPLES, ...torture, ...archived('sip/pjsip-fuzz-sip_seed_corpus.zip', 1), ...archived(PROTOS, 50)];
}

const PROTOS = 'sip/protos-c07-sip-r2-testcases.zip';

/** Each `every`th file of an archive, if it is there. */
function archived(path: string, every: number): readonly Buffer[] {
  const file = corporaFile(path);
  const all = file === undefined ? [] : Array.from(readZip(file), ({ bytes }) => bytes);
  return all.filter((bytes, i) => i % every === 0 && bytes.length < 10_000);
}

export const sip: FuzzTarget = {
  name: 'sip',
  seeds: messages,
  words: WORDS,
  maxBytes: MAX_MESSAGE_BYTES + 10,
  check(input) {
    const values = readEverything(input);
    assert.ok(values.reason === undefined || MALFORMED_REASONS.includes(values.reason as 'empty'));
    checkTexts(values);
    checkLimits(values);
    if (input.length < 1000) assert.deepEqual(readEverything(Buffer.from(input.toString('latin1'), 'latin1')), values);
    return values;
  },
};

function checkLimits(values: Readonly<Record<string, unknown>>): void {
  if (values.via === undefined && values.headers === undefined) return;
  const { status = 100, cseq, maxForwards = 0, expires, contentLength = 0, body, contacts } = values;
  if (values.reason === undefined) checkNumber('status', status, 100, 699);
  if (cseq !== undefined) checkNumber('cseq', (cseq as { number: number }).number, 0, 2 ** 31 - 1);
  checkNumber('max-forwards', maxForwards, -1, 255);
  checkNumber('expires', expires, -1, 2 ** 32 - 1);
  checkNumber('content-length', contentLength, -1, Number.MAX_SAFE_INTEGER);
  checkNumber('body', body, 0, MAX_MESSAGE_BYTES);
  assert.ok((contacts as unknown[]).length <= MAX_CONTACTS, 'too many contacts');
  const [, , viaPort = 0] = (values.via ?? []) as readonly number[];
  checkNumber('port', viaPort, 0, 65_535);
}

/** The input is a stream: however it is chopped, the same messages come out of it, and all of them are its own bytes. */
export const sipStream: FuzzTarget = {
  name: 'sip-stream',
  seeds: () => {
    const all = messages().filter((bytes) => bytes.length < 2000);
    return all.map((bytes, i) => Buffer.concat([bytes, all[(i * 7) % all.length] ?? bytes, bytes]));
  },
  words: [...WORDS, 'Content-Length: 65535\r\n', 'Content-Length: 3\r\nContent-Length: 4\r\n', '\r\n\r\n\r\n\r\n'],
  maxBytes: 3 * MAX_MESSAGE_BYTES,
  check(input) {
    const whole = new SipFramer();
    const messagesOf = (frames: readonly Frame[]) => frames.filter((frame) => frame !== 'ping');
    const atOnce = messagesOf(whole.push(input));
    const chopped = new SipFramer();
    const inPieces = [...pieces(input)].flatMap((piece) => messagesOf(chopped.push(piece)));
    assert.equal(chopped.fault, whole.fault);
    // Where the stream broke is cut at the chunk.
    const sound = whole.fault === undefined ? atOnce : atOnce.slice(0, -1);
    for (const [i, frame] of sound.entries()) assert.ok(inPieces[i]?.equals(frame), `message ${i} differs`);
    let at = 0;
    for (const frame of atOnce) {
      at = input.indexOf(frame, at);
      assert.ok(at >= 0, 'bytes were invented');
      at += frame.length;
    }
    for (const frame of sound) assert.ok(frame.length <= MAX_MESSAGE_BYTES && parseSip(frame) !== undefined);
    return [atOnce.map((frame) => frame.length), whole.fault, whole.rest().length];
  },
};

const HOSTS = ['192.0.2.7', '198.51.100.1', '2001:db8::7', '203.0.113.9'].map((text) => Address.parse(text) as Address);
const MAX_TRANSACTIONS = 1000;

/** The input is a stream again; its messages go to and fro between a few hosts as their bytes decide. */
export const sipTraffic: FuzzTarget = {
  ...sipStream,
  name: 'sip-traffic',
  check(input) {
    const traffic = new SipTraffic({ sensor: 'fuzz', maxTransactions: MAX_TRANSACTIONS });
    const frames = new SipFramer().push(input).filter((frame) => frame !== 'ping');
    let at = Date.UTC(2026, 0, 1);
    for (const frame of [...frames, ...frames.toReversed()]) {
      at += (frame.length * 37) % 9000;
      traffic.observe(frame, pathOf(frame, at));
      assert.ok(traffic.tracked <= MAX_TRANSACTIONS);
    }
    traffic.finish(at + 20_000);
    const signals = traffic.take();
    // A request leads to a few signals at most: scanner, started, answered, ended.
    assert.ok(signals.length <= 4 * (2 * frames.length), `${signals.length} signals of ${frames.length} messages`);
    for (const signal of signals) {
      assert.ok(HOSTS.includes(signal.address), 'somebody was accused who sent nothing');
      checkSignal(signal);
    }
    return signals.map(({ kind, reason, address }) => [kind, reason, address.text]);
  },
};

/** Requests go to the server, replies come from it, mostly. */
function pathOf(frame: Buffer, at: number): SipPath {
  const odd = frame.reduce((sum, byte) => (sum * 31 + byte) & 0xffff, 0);
  const [phone, server] = [HOSTS[odd % 13 === 0 ? 2 : 0] as Address, HOSTS[odd % 17 === 0 ? 3 : 1] as Address];
  const isReply = frame.toString('latin1', 0, 4) === 'SIP/';
  const [source, destination] = isReply ? [server, phone] : [phone, server];
  const transport = odd % 5 === 0 ? 'tcp' : 'udp';
  return { at, source, destination, sourcePort: 5060 + (odd % 3), destinationPort: 5060, transport };
}
