import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Address } from '../../lib/address.ts';
import { parseSip, type SipResponse } from '../../lib/sip/index.ts';
import type { Peer } from './compose-reply.ts';
import { FRESH_MS, PROOF_MS } from './nonces.ts';
import { type Heard, Switchboard } from './switchboard.ts';

const NOW = Date.UTC(2026, 0, 15, 12, 0, 0);

function peer(address = '203.0.113.7', port = 5071): Peer {
  const parsed = Address.parse(address);
  assert.ok(parsed);
  return { address: parsed, port };
}

function board(repliesPerSecond = 1000): Switchboard {
  return new Switchboard({ sensor: 'decoy', userAgent: 'PBX 20', realm: 'asterisk', repliesPerSecond });
}

let sequence = 0;

interface Request {
  readonly method?: string;
  readonly callId?: string;
  readonly extra?: readonly string[];
}

/** A request of its own (new branch), as long as real ones are. */
function request({ method = 'REGISTER', callId = 'call-1', extra = [] }: Request = {}): Buffer {
  const lines = [
    `${method} sip:192.0.2.10 SIP/2.0`,
    `Via: SIP/2.0/UDP 192.168.1.4:5060;branch=z9hG4bK-${++sequence};rport`,
    'Max-Forwards: 70',
    'From: "Front desk" <sip:1001@192.0.2.10>;tag=abc',
    `To: <sip:1002@example.com>`,
    `Call-ID: ${callId}`,
    `CSeq: ${sequence} ${method}`,
    'Contact: <sip:1001@192.168.1.4:5060>',
    'User-Agent: friendly-scanner',
    'Expires: 120',
    'X-Padding: ................................................................................',
    ...extra,
    'Content-Length: 0',
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
}

function response(heard: Heard): SipResponse {
  assert.ok(heard.reply, 'expected a reply');
  const message = parseSip(heard.reply);
  assert.ok(message.kind === 'response', heard.reply.toString());
  return message;
}

function credentials(nonce: string): string {
  return `Authorization: Digest username="1002",realm="asterisk",nonce="${nonce}",uri="sip:192.0.2.10",response="0123456789abcdef0123456789abcdef"`;
}

function nonceOf(heard: Heard): string {
  const nonce = response(heard).challenges[0]?.nonce;
  assert.ok(nonce);
  return nonce;
}

describe('signals', () => {
  test('a first REGISTER is a door knock and is challenged', () => {
    const heard = board().hear(request(), peer(), 'udp', NOW);
    assert.deepEqual(
      { ...heard.signal, address: heard.signal?.address.text },
      {
        kind: 'request.refused',
        at: NOW,
        address: '203.0.113.7',
        port: 5071,
        transport: 'udp',
        sensor: 'decoy',
        proven: 'no',
        method: 'REGISTER',
        status: 401,
        reason: 'decoy',
        user: '1002',
        domain: 'example.com',
        requestUri: 'sip:192.0.2.10',
        userAgent: 'friendly-scanner',
        callId: 'call-1',
        expires: 120,
        count: 1,
        from: '"Front desk" <sip:1001@192.0.2.10>',
        fromTag: 'abc',
        branch: `z9hG4bK-${sequence}`,
        detail: '',
        authUser: '',
        authRealm: '',
      },
    );
    const { status, challenges } = response(heard);
    assert.equal(status, 401);
    assert.deepEqual([challenges[0]?.realm, challenges[0]?.stale], ['asterisk', false]);
    assert.match(challenges[0]?.opaque ?? '', /^[0-9a-f]{8}$/);
  });

  test('credentials are a failed registration, and challenged again', () => {
    const decoy = board();
    const nonce = nonceOf(decoy.hear(request(), peer(), 'udp', NOW));
    const heard = decoy.hear(request({ extra: [credentials(nonce)] }), peer(), 'udp', NOW + 1000);
    const { kind, status, reason, proven, detail } = heard.signal ?? {};
    assert.deepEqual(
      { kind, status, reason, proven, detail },
      { kind: 'register.failed', status: 401, reason: 'Unauthorized', proven: 'yes', detail: 'nonce fresh' },
    );
    assert.equal(response(heard).challenges[0]?.stale, false);
  });

  test('only a nonce issued to that very address, not long ago, proves it', () => {
    const decoy = board();
    const nonce = nonceOf(decoy.hear(request(), peer(), 'udp', NOW));
    const proof = (address: string, afterMs: number, value = nonce) =>
      decoy.hear(request({ extra: [credentials(value)] }), peer(address), 'udp', NOW + afterMs).signal;
    assert.equal(proof('203.0.113.7', 0)?.proven, 'yes');
    assert.equal(proof('203.0.113.8', 0)?.proven, 'no');
    assert.equal(proof('203.0.113.8', 0)?.kind, 'register.failed');
    assert.equal(proof('203.0.113.8', 0)?.detail, 'nonce foreign');
    assert.equal(proof('203.0.113.7', 0, 'AAAAAAAAAAAAAAAAAAAA')?.proven, 'no');
    assert.equal(proof('203.0.113.7', 0, '')?.proven, 'no');
    assert.equal(proof('203.0.113.7', PROOF_MS)?.proven, 'yes');
    assert.equal(proof('203.0.113.7', PROOF_MS + 1000)?.proven, 'no');
  });

  test('an old nonce is stale, once it is ours', () => {
    const decoy = board();
    const nonce = nonceOf(decoy.hear(request(), peer(), 'udp', NOW));
    const stale = (afterMs: number, value = nonce) =>
      response(decoy.hear(request({ extra: [credentials(value)] }), peer(), 'udp', NOW + afterMs)).challenges[0]?.stale;
    assert.equal(stale(FRESH_MS), false);
    assert.equal(stale(FRESH_MS + 1000), true);
    assert.equal(stale(PROOF_MS + 1000), false);
    assert.equal(stale(0, 'AAAAAAAAAAAAAAAAAAAA'), false);
  });

  test('over TCP the address is proven', () => {
    assert.equal(board().hear(request(), peer(), 'tcp', NOW).signal?.proven, 'yes');
  });

  test('every other request is a door knock', () => {
    const cases: readonly [string, number][] = [
      ['OPTIONS', 200],
      ['INVITE', 401],
      ['BYE', 481],
      ['CANCEL', 481],
      ['SUBSCRIBE', 405],
      ['FOO', 501],
      ['register', 501],
    ];
    for (const [method, status] of cases) {
      const heard = board().hear(request({ method }), peer(), 'udp', NOW);
      const signal = heard.signal;
      assert.deepEqual(
        [signal?.kind, signal?.reason, signal?.method, signal?.status, response(heard).status],
        ['request.refused', 'decoy', method, status, status],
      );
      assert.deepEqual([signal?.user, signal?.domain, signal?.expires], ['1001', '192.0.2.10', -1]);
    }
  });

  test('an INVITE with credentials stays a door knock, proven', () => {
    const decoy = board();
    const nonce = nonceOf(decoy.hear(request({ method: 'INVITE' }), peer(), 'udp', NOW));
    const extra = [`Proxy-${credentials(nonce)}`];
    const { signal } = decoy.hear(request({ method: 'INVITE', extra }), peer(), 'udp', NOW);
    assert.deepEqual([signal?.kind, signal?.proven, signal?.detail], ['request.refused', 'yes', 'nonce fresh']);
  });

  test('an ACK is never answered, and no signal when it ends an INVITE', () => {
    const decoy = board();
    const stray = decoy.hear(request({ method: 'ACK', callId: 'a' }), peer(), 'udp', NOW);
    assert.deepEqual([stray.reply, stray.signal?.kind, stray.signal?.status], [undefined, 'request.refused', 0]);
    decoy.hear(request({ method: 'INVITE', callId: 'b' }), peer(), 'udp', NOW);
    const ack = decoy.hear(request({ method: 'ACK', callId: 'b' }), peer(), 'udp', NOW);
    assert.deepEqual(ack, { signal: undefined, reply: undefined });
    assert.equal(response(decoy.hear(request({ method: 'CANCEL', callId: 'b' }), peer(), 'udp', NOW)).status, 200);
  });

  test('broken SIP is malformed, with what could be read of it', () => {
    const bad = Buffer.from(
      request()
        .toString()
        .replace(/CSeq: \d+ REGISTER/, 'CSeq: 1 INVITE'),
    );
    const heard = board().hear(bad, peer(), 'udp', NOW);
    const { kind, reason, detail, method, user, userAgent, status } = heard.signal ?? {};
    assert.deepEqual(
      { kind, reason, detail, method, user, userAgent, status },
      {
        kind: 'malformed',
        reason: 'decoy',
        detail: 'cseq-method',
        method: 'REGISTER',
        user: '1002',
        userAgent: 'friendly-scanner',
        status: 400,
      },
    );
    assert.equal(response(heard).status, 400);
    const version = board().hear(Buffer.from(request().toString().replace('SIP/2.0', 'SIP/3.0')), peer(), 'udp', NOW);
    assert.deepEqual([version.signal?.detail, response(version).status], ['version', 505]);
  });

  test('what is not SIP is malformed and unanswered; keep-alives and responses are nothing', () => {
    const http = board().hear(Buffer.from('GET / HTTP/1.1\r\n\r\n'), peer(), 'tcp', NOW);
    assert.deepEqual([http.signal?.kind, http.signal?.detail, http.reply], ['malformed', 'not-sip', undefined]);
    for (const text of ['\r\n\r\n', '\0', '', 'SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a\r\n\r\n']) {
      const heard = board().hear(Buffer.from(text), peer(), 'udp', NOW);
      assert.deepEqual(heard, { signal: undefined, reply: undefined }, JSON.stringify(text));
    }
  });
});

describe('replies', () => {
  test('a retransmission is one signal and a reply each', () => {
    const decoy = board();
    const bytes = request();
    const first = decoy.hear(bytes, peer(), 'udp', NOW);
    const second = decoy.hear(bytes, peer(), 'udp', NOW + 500);
    assert.ok(first.signal);
    assert.equal(second.signal, undefined);
    assert.equal(response(first).to?.tag, response(second).to?.tag);
    assert.ok(decoy.hear(bytes, peer('203.0.113.8'), 'udp', NOW + 500).signal, 'another source');
    assert.ok(decoy.hear(bytes, peer(), 'udp', NOW + 33_000).signal, 'another time');
    assert.ok(decoy.hear(bytes, peer(), 'tcp', NOW + 33_000).signal, 'a stream repeats nothing');
  });

  test('a flood of one datagram is more than one signal', () => {
    const decoy = board();
    const bytes = request();
    let signals = 0;
    for (let i = 0; i < 1100; i++) if (decoy.hear(bytes, peer(), 'udp', NOW + i).signal) signals++;
    assert.equal(signals, 100);
  });

  test('over UDP no reply is longer than its request, and a short request gets none', () => {
    for (const method of ['OPTIONS', 'REGISTER', 'INVITE', 'SUBSCRIBE', 'FOO']) {
      const long = request({ method, extra: ['X: '.padEnd(600, 'x')] });
      for (let length = 60; length <= long.length; length += 7) {
        // Cut inside the padding, the headers a reply needs stay.
        const bytes = Buffer.from(long.toString().replace(/x+/, 'x'.repeat(Math.max(1, length - 60))));
        const { reply } = board().hear(bytes, peer(), 'udp', NOW);
        if (reply !== undefined)
          assert.ok(reply.length <= bytes.length, `${method}: ${reply.length} > ${bytes.length}`);
      }
    }
    const decoy = board();
    const tiny =
      'REGISTER sip:a SIP/2.0\r\nv:SIP/2.0/UDP a\r\nf:<sip:a@a>\r\nt:<sip:a@a>\r\ni:1\r\nCSeq:1 REGISTER\r\n\r\n';
    const heard = decoy.hear(Buffer.from(tiny), peer(), 'udp', NOW);
    assert.equal(heard.signal?.kind, 'request.refused');
    assert.equal(heard.reply, undefined);
    assert.equal(decoy.counts.tooLong, 1);
    assert.ok(decoy.hear(Buffer.from(tiny), peer(), 'tcp', NOW).reply, 'TCP cannot be forged');
  });

  test('a source draws so many replies and no more, and its signals go on', () => {
    const decoy = board(10);
    const replies = (from: Peer, count: number, at: number) =>
      Array.from({ length: count }, () => decoy.hear(request(), from, 'udp', at)).filter(({ reply }) => reply).length;
    assert.equal(replies(peer(), 100, NOW), 20);
    assert.equal(replies(peer('2001:db8::1'), 100, NOW), 20);
    assert.equal(replies(peer('2001:db8::2'), 100, NOW), 0, 'the same /64');
    assert.equal(replies(peer(), 100, NOW + 1000), 10);
    assert.ok(decoy.hear(request(), peer(), 'udp', NOW + 1000).signal);
    assert.equal(decoy.counts.limited, 80 + 80 + 100 + 90 + 1);
  });

  test('the reply goes back along the Via, with where it came from', () => {
    const reply = response(board().hear(request({ method: 'OPTIONS' }), peer(), 'udp', NOW));
    assert.deepEqual(
      [reply.via?.received, reply.via?.rport, reply.via?.branch],
      ['203.0.113.7', 5071, `z9hG4bK-${sequence}`],
    );
    assert.equal(reply.callId, 'call-1');
    assert.equal(reply.cseq?.method, 'OPTIONS');
    assert.equal(reply.otherHeader('allow'), 'INVITE, ACK, CANCEL, OPTIONS, BYE, REGISTER');
    assert.equal(reply.server, 'PBX 20');
    assert.match(reply.to?.tag ?? '', /^[0-9a-f]{8}$/);
  });

  test('a request without what a reply needs, or with control characters in it, gets none', () => {
    const text = request({ method: 'OPTIONS', extra: ['X: '.padEnd(500, 'x')] }).toString();
    for (const bytes of [
      text.replace(/From:.*\r\n/, ''),
      text.replace('Call-ID: ', 'Call-ID: a\rb'),
      text.replace('tag=abc', 'tag=\0'),
    ]) {
      const heard = board().hear(Buffer.from(bytes), peer(), 'udp', NOW);
      assert.ok(heard.signal);
      assert.equal(heard.reply, undefined, bytes);
    }
  });
});
