import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Address } from '../../lib/address.ts';
import { type HepSketch, hep3 } from '../../lib/hep/hep.testkit.ts';
import { Network } from '../../lib/network.ts';
import { Receiver, type ReceiverOptions } from './receiver.ts';

const SECONDS = 1_784_116_800;
const NOW = SECONDS * 1000;
const AGENT = { address: Address.v4(0x7f000001), port: 9 };
const STRANGER = { address: Address.v4(0xc0000263), port: 9 };

function network(text: string): Network {
  const parsed = Network.parse(text);
  assert.ok(parsed !== undefined);
  return parsed;
}

function make(options: Partial<ReceiverOptions> = {}): Receiver {
  return new Receiver({
    sensor: 'test',
    senders: [network('127.0.0.0/8')],
    authKey: undefined,
    own: [],
    maxClockSkewMs: 30_000,
    maxTransactions: 1000,
    ...options,
  });
}

function message(firstLine: string): string {
  const via = 'Via: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1';
  const others = 'From: <sip:1@example.com>;tag=1\r\nTo: <sip:1@example.com>\r\nCall-ID: 1\r\nCSeq: 1 REGISTER';
  return `${firstLine}\r\n${via}\r\n${others}\r\n\r\n`;
}

/** A registration that is refused. */
function failure(sketch: HepSketch = {}): Buffer[] {
  const { from = '192.0.2.7', to = '198.51.100.1', ...rest } = { seconds: SECONDS, ...sketch };
  return [
    hep3(message('REGISTER sip:example.com SIP/2.0'), { ...rest, from, to }),
    hep3(message('SIP/2.0 403 Forbidden'), { ...rest, from: to, to: from }),
  ];
}

describe('Receiver', () => {
  it('gives the signals of what it is told', () => {
    const receiver = make();
    for (const report of failure()) assert.equal(receiver.hear(report, AGENT, NOW), undefined);
    assert.deepEqual(
      receiver.take().map(({ kind, at, address, port, sensor }) => [kind, at, address.text, port, sensor]),
      [['register.failed', NOW + 250, '192.0.2.7', 5071, 'test']],
    );
    assert.deepEqual(receiver.take(), []);
  });

  it('believes only those it may', () => {
    const receiver = make();
    for (const report of failure()) assert.equal(receiver.hear(report, STRANGER, NOW), 'sender');
    assert.deepEqual([receiver.take(), receiver.refused.get('sender'), receiver.packets], [[], 2, 2]);
    const [first = Buffer.alloc(0)] = failure();
    assert.equal(receiver.hear(first, AGENT, NOW), undefined);
    assert.equal(receiver.hear(first, STRANGER, NOW), 'sender');
  });

  it('asks for the authentication key if there is one', () => {
    const receiver = make({ authKey: 'sécret' });
    for (const authKey of [undefined, 'secret', 'sécret!']) {
      for (const report of failure(authKey === undefined ? {} : { authKey })) {
        assert.equal(receiver.hear(report, AGENT, NOW), 'auth-key');
      }
    }
    for (const report of failure({ authKey: 'sécret' })) assert.equal(receiver.hear(report, AGENT, NOW), undefined);
    assert.equal(receiver.take().length, 1);
  });

  it("takes the agent's clock if it is about right, else its own", () => {
    for (const [seconds, at] of [
      [SECONDS - 29, NOW - 28_750],
      [SECONDS + 29, NOW + 29_250],
      [SECONDS - 31, NOW],
      [SECONDS + 3600, NOW],
      [0, NOW],
    ] as const) {
      const receiver = make();
      for (const report of failure({ seconds })) receiver.hear(report, AGENT, NOW);
      assert.equal(receiver.take()[0]?.at, at);
    }
  });

  it('leaves out reports without SIP', () => {
    const receiver = make();
    assert.equal(receiver.hear(hep3('{}', { payloadType: 5 }), AGENT, NOW), 'not-sip');
    assert.equal(receiver.hear(hep3('\r\n\r\n'), AGENT, NOW), 'not-sip');
    assert.equal(receiver.hear(Buffer.from('SIP/2.0 200 OK'), AGENT, NOW), 'not-hep');
  });

  it('holds nothing against our own servers', () => {
    const receiver = make({ own: [network('192.0.2.0/24')] });
    for (const report of failure()) receiver.hear(report, AGENT, NOW);
    assert.deepEqual(receiver.take(), []);
  });

  it('concludes with time', () => {
    const receiver = make();
    const options = message('OPTIONS sip:example.com SIP/2.0').replace('REGISTER', 'OPTIONS');
    receiver.hear(hep3(options, { seconds: SECONDS }), AGENT, NOW);
    for (const report of failure({ from: '192.0.2.9' })) receiver.hear(report, AGENT, NOW);
    receiver.take();
    receiver.expire(NOW + 11_000);
    assert.deepEqual(
      receiver.take().map(({ kind, detail }) => [kind, detail]),
      [['request.refused', 'no answer']],
    );
    assert.equal(receiver.evicted, 0);
  });

  it('never throws', () => {
    const [good = Buffer.alloc(0)] = failure();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(good.length), (noise, at) => {
        make().hear(Buffer.concat([good.subarray(0, at), noise, good.subarray(at)]), AGENT, NOW);
        make().hear(Buffer.from(noise), AGENT, NOW);
      }),
    );
  });
});

it('counts what comes of each sender that is allowed', () => {
  const receiver = make();
  const other = { address: Address.v4(0x7f000002), port: 9 };
  for (const [peer, times] of [
    [AGENT, 2],
    [other, 1],
    [STRANGER, 3],
    [AGENT, 1],
  ] as const) {
    for (let i = 0; i < times; i++) for (const report of failure()) receiver.hear(report, peer, NOW);
  }
  const reports = failure().length;
  assert.deepEqual([...receiver.senders()].toSorted(), [
    ['127.0.0.1', 3 * reports],
    ['127.0.0.2', reports],
  ]);
});
