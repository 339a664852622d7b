/** HEP: one packet, a stream of them, and what the receiver makes of it. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { Address } from '../../../src/lib/address.ts';
import { decodeHep } from '../../../src/lib/hep/decode-hep.ts';
import { chunk, hep3 } from '../../../src/lib/hep/hep.testkit.ts';
import { HepFramer } from '../../../src/lib/hep/hep-framer.ts';
import { HEP_FAULTS } from '../../../src/lib/hep/hep-packet.ts';
import { Network } from '../../../src/lib/network.ts';
import { MAX_MESSAGE_BYTES } from '../../../src/lib/sip/index.ts';
import { Receiver } from '../../../src/sources/hep/receiver.ts';
import { corporaFile } from '../../support/corpora.ts';
import { SIP_SAMPLES } from '../../support/sip-samples.ts';
import type { FuzzTarget } from '../target.ts';
import { checkNumber, checkSignal, pieces } from './checks.ts';

const NOW = Date.UTC(2026, 0, 1);
const PEER = { address: Address.v4(0x7f000001), port: 9060 };

function packets(): readonly Buffer[] {
  const made = SIP_SAMPLES.flatMap((sip) => [
    hep3(sip),
    hep3(sip, { from: '2001:db8::7', to: '2001:db8::1', protocol: 6 }),
    hep3(sip, { authKey: 'key', more: [chunk(0x63, Buffer.from('x'), 1)] }),
  ]);
  const [request = Buffer.alloc(0)] = SIP_SAMPLES;
  const header = [2, 16, 2, 17, 0x13, 0xc4, 0x13, 0xc4, 192, 0, 2, 7, 198, 51, 100, 1];
  const version2 = Buffer.concat([Buffer.from([...header, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]), request]);
  const directory = corporaFile('hep');
  const recorded =
    directory === undefined
      ? []
      : globSync(`${directory}/*.bin`)
          .sort()
          .map((file) => readFileSync(file));
  return [...made, version2, ...recorded, Buffer.concat(made)];
}

export const hep: FuzzTarget = {
  name: 'hep',
  seeds: packets,
  words: [
    'HEP3',
    '\0\0\0\x0f',
    '\0\0\0\x10',
    'SIP/2.0 200 OK\r\n',
    'REGISTER sip:a SIP/2.0\r\n',
    '\x02\x10',
    '\x1f\x8b',
    '\x78\x9c',
  ],
  maxBytes: MAX_MESSAGE_BYTES,
  check(input) {
    const decoded = decodeHep(input);
    if (typeof decoded === 'string') assert.ok(HEP_FAULTS.includes(decoded));
    else {
      for (const port of [decoded.sourcePort, decoded.destinationPort]) checkNumber('port', port, 0, 65_535);
      if (decoded.at !== undefined) checkNumber('at', decoded.at, 0, 2 ** 42);
      assert.ok(decoded.payload.length <= MAX_MESSAGE_BYTES);
    }
    return [typeof decoded === 'string' ? decoded : decoded.payload.length, framed(input), received(input)];
  },
};

/** However the stream is chopped, the same packets come out of it. */
function framed(input: Buffer): readonly number[] {
  const whole = new HepFramer();
  const chopped = new HepFramer();
  const atOnce = whole.push(input).map((packet) => Buffer.from(packet));
  const inPieces = [...pieces(input)].flatMap((piece) => chopped.push(piece).map((packet) => Buffer.from(packet)));
  assert.equal(chopped.isBroken, whole.isBroken);
  assert.deepEqual(inPieces, atOnce);
  return atOnce.map((packet) => packet.length);
}

function received(input: Buffer): readonly string[] {
  const senders = [Network.of(PEER.address, 32)];
  const options = {
    sensor: 'fuzz',
    senders,
    authKey: undefined,
    own: [],
    maxClockSkewMs: 30_000,
    maxTransactions: 1000,
  };
  const receiver = new Receiver(options);
  receiver.hear(input, PEER, NOW);
  for (const packet of new HepFramer().push(input)) receiver.hear(packet, PEER, NOW);
  receiver.expire(NOW + 100_000);
  const signals = receiver.take();
  for (const signal of signals) checkSignal(signal);
  return signals.map(({ kind, address }) => `${kind} ${address.text}`);
}
