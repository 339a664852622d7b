/** Whatever is sent, over UDP the decoy never sends back more than it got, and only well-formed responses. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Address } from '../../lib/address.ts';
import { faultOf, parseSip } from '../../lib/sip/index.ts';
import { Switchboard } from './switchboard.ts';

const NOW = Date.UTC(2026, 0, 15, 12, 0, 0);

const method = fc.constantFrom('OPTIONS', 'REGISTER', 'INVITE', 'BYE', 'CANCEL', 'SUBSCRIBE', 'FOO');
const text = fc.stringMatching(/^[ -~]{0,60}$/);
const host = fc.constantFrom('a', '192.168.1.4', 'pbx.example.com', '203.0.113.7:5060', '[2001:db8::1]');
const parameters = fc.constantFrom(
  '',
  ';rport',
  ';branch=z9hG4bK1',
  ';rport;branch=b',
  ';received=1.1.1.1',
  ';x="a,b"',
);
const headers = fc.array(
  fc.oneof(
    fc.tuple(
      fc.constant('Via'),
      fc.tuple(host, parameters).map(([h, p]) => `SIP/2.0/UDP ${h}${p}`),
    ),
    fc.tuple(
      fc.constantFrom('From', 'f', 'To', 't'),
      host.map((h) => `<sip:100@${h}>`),
    ),
    fc.tuple(fc.constantFrom('Call-ID', 'i', 'Subject', 'User-Agent', 'Contact', 'Authorization'), text),
  ),
  { maxLength: 12 },
);

/** Often sound, often not. */
const request = fc.record({ method, host, headers, sound: fc.boolean() }).map((parts) => {
  const base = [
    'Via: SIP/2.0/UDP 10.0.0.1;rport',
    'From: <sip:a@b>',
    'To: <sip:a@b>',
    'Call-ID: 1',
    `CSeq: 1 ${parts.method}`,
  ];
  const lines = [
    `${parts.method} sip:${parts.host} SIP/2.0`,
    ...(parts.sound ? base : []),
    ...parts.headers.map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
});

const address = fc
  .constantFrom('203.0.113.7', '255.255.255.255', '2001:db8:1111:2222:3333:4444:5555:6666')
  .map((one) => {
    const parsed = Address.parse(one);
    assert.ok(parsed);
    return parsed;
  });

test('no reply is longer than its request', () => {
  let replies = 0;
  fc.assert(
    fc.property(request, address, (bytes, from) => {
      const board = new Switchboard({ sensor: 'decoy', userAgent: 'PBX 20', realm: 'asterisk', repliesPerSecond: 100 });
      const { reply } = board.hear(bytes, { address: from, port: 65_535 }, 'udp', NOW);
      if (reply === undefined) return;
      replies++;
      assert.ok(reply.length <= bytes.length, `${reply.length} > ${bytes.length}`);
      assert.equal(parseSip(reply).kind, 'response');
    }),
    { numRuns: 2000 },
  );
  assert.ok(replies > 50, `${replies} replies`);
});

test('a sound request over TCP draws a sound response, whatever else it holds', () => {
  fc.assert(
    fc.property(method, headers, (name, extra) => {
      const others = extra.filter(([header]) => !['From', 'f', 'To', 't', 'Call-ID', 'i'].includes(header));
      const lines = [
        `${name} sip:a SIP/2.0`,
        'Via: SIP/2.0/TCP 10.0.0.1;branch=z9hG4bK1',
        'From: <sip:a@b>;tag=1',
        'To: <sip:a@b>',
        'Call-ID: 1',
        `CSeq: 1 ${name}`,
        ...others.map(([header, value]) => `${header}: ${value}`),
      ];
      const board = new Switchboard({ sensor: 'decoy', userAgent: 'PBX 20', realm: 'asterisk', repliesPerSecond: 100 });
      const from = Address.v4(0xcb007107);
      const { reply } = board.hear(
        Buffer.from(`${lines.join('\r\n')}\r\n\r\n`),
        { address: from, port: 5060 },
        'tcp',
        NOW,
      );
      assert.ok(reply);
      const response = parseSip(reply);
      assert.ok(response.kind === 'response');
      assert.equal(faultOf(response), undefined);
      assert.deepEqual([response.contentLength, response.body.length, response.via?.branch], [0, 0, 'z9hG4bK1']);
    }),
  );
});
