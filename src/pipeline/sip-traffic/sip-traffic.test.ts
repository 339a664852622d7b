import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { OTHER, PHONE, Scene, SERVER } from './sip-traffic.testkit.ts';

describe('registrations', () => {
  it('tells success, removal and failure', () => {
    const scene = new Scene();
    scene.reply(scene.request('REGISTER', { expires: 600 }), 200, 'OK');
    scene.reply(scene.request('REGISTER', { expires: 0 }), 200, 'OK');
    scene.reply(scene.request('REGISTER', { expires: 600 }), 403, 'Forbidden');
    assert.deepEqual(scene.told('address', 'user', 'domain', 'status', 'reason', 'expires'), [
      `register.ok ${PHONE} 1001 example.com 200 OK 600`,
      `register.removed ${PHONE} 1001 example.com 200 OK 0`,
      `register.failed ${PHONE} 1001 example.com 403 Forbidden 600`,
    ]);
  });

  it('takes the first challenge for what it is', () => {
    const scene = new Scene();
    scene.reply(scene.request('REGISTER'), 401, 'Unauthorized', { challenge: 'nonce="0123456789"' });
    assert.deepEqual(scene.told(), []);
  });

  it('takes a challenge to credentials for a failure, unless the nonce was merely stale', () => {
    const scene = new Scene();
    const digest = 'nonce="0123456789", response="1"';
    const challenge = 'nonce="9876543210"';
    scene.reply(scene.request('REGISTER', { digest }), 401, 'Unauthorized', { challenge: `${challenge}, stale=true` });
    scene.reply(scene.request('REGISTER', { digest }), 401, 'Unauthorized', { challenge: `${challenge}, stale=false` });
    scene.reply(scene.request('REGISTER', { digest }), 407, 'Proxy', { challenge });
    assert.deepEqual(scene.told('status'), ['register.failed 401', 'register.failed 407']);
  });

  it('counts retransmissions once, of request and of reply', () => {
    const scene = new Scene();
    const sketch = { branch: 'z9hG4bKsame', callId: 'same', digest: 'nonce="0123456789", response="1"' };
    const played = [scene.request('REGISTER', sketch), scene.request('REGISTER', sketch)];
    for (const one of [...played, ...played]) scene.reply(one, 403);
    assert.deepEqual(scene.told(), ['register.failed']);
  });

  it('tells guess from guess of a tool that sends one branch for all', () => {
    const scene = new Scene();
    for (const response of ['1', '2', '3']) {
      const digest = `nonce="0123456789", response="${response}"`;
      scene.reply(scene.request('REGISTER', { branch: 'foo', callId: 'same', digest }), 403);
    }
    assert.equal(scene.told().length, 3);
  });

  it('believes no reply from elsewhere, and none to nothing', () => {
    const scene = new Scene();
    const played = scene.request('REGISTER', { digest: 'nonce="0123456789", response="1"' });
    scene.reply(played, 403, 'Forbidden', { from: OTHER });
    scene.reply({ ...played, sketch: { ...played.sketch, branch: 'z9hG4bKother' } }, 403);
    scene.reply({ ...played, sketch: { ...played.sketch, cseq: 9 } }, 403);
    assert.deepEqual(scene.told(), []);
  });
});

describe('proof of the source', () => {
  const REPLY = 'nonce="n-0123456789"';

  function proven(challenge: string, credentials: string, waitMs = 0): string[] {
    const scene = new Scene();
    scene.reply(scene.request('REGISTER', { callId: 'a' }), 401, 'Unauthorized', { challenge });
    scene.wait(waitMs);
    scene.traffic.take();
    scene.reply(scene.request('REGISTER', { callId: 'a', digest: `${credentials}, response="1"` }), 403);
    return scene.told('proven');
  }

  for (const [what, challenge, credentials, waitMs, expected] of [
    ['the nonce came back', REPLY, REPLY, 0, 'yes'],
    ['nonce and opaque came back', `${REPLY}, opaque="o-0123"`, `${REPLY}, opaque="o-0123"`, 0, 'yes'],
    ['the nonce alone came back', `${REPLY}, opaque="o-0123"`, REPLY, 0, 'yes'],
    ['another opaque came', `${REPLY}, opaque="o-0123"`, `${REPLY}, opaque="o-4567"`, 0, 'no'],
    ['another nonce came', REPLY, 'nonce="n-9876543210"', 0, 'no'],
    ['it came too late', REPLY, REPLY, 121_000, 'no'],
    ['the nonce can be guessed', 'nonce="1234"', 'nonce="1234"', 0, 'no'],
  ] as const) {
    it(`${expected} if ${what}`, () => {
      assert.deepEqual(proven(challenge, credentials, waitMs), [`register.failed ${expected}`]);
    });
  }

  it('no if somebody else was sent the same', () => {
    const scene = new Scene();
    for (const from of [PHONE, OTHER]) scene.reply(scene.request('REGISTER', { from }), 401, 'x', { challenge: REPLY });
    scene.reply(scene.request('REGISTER', { digest: `${REPLY}, response="1"` }), 403);
    assert.deepEqual(scene.told('proven'), ['register.failed no']);
  });

  it('no if it was sent to somebody else', () => {
    const scene = new Scene();
    scene.reply(scene.request('REGISTER', { from: OTHER }), 401, 'x', { challenge: REPLY });
    scene.reply(scene.request('REGISTER', { digest: `${REPLY}, response="1"` }), 403);
    assert.deepEqual(scene.told('proven'), ['register.failed no']);
  });

  it('yes over a connection, unknown if the transport is', () => {
    const scene = new Scene();
    for (const transport of ['tcp', 'tls', 'ws', 'wss', 'unknown'] as const) {
      scene.reply(scene.request('REGISTER', { transport }), 403);
    }
    assert.deepEqual(scene.told('transport', 'proven'), [
      'register.failed tcp yes',
      'register.failed tls yes',
      'register.failed ws yes',
      'register.failed wss yes',
      'register.failed unknown unknown',
    ]);
  });
});

describe('calls', () => {
  it('tells start, answer and end, with the duration, by whoever hangs up', () => {
    for (const [from, to] of [
      [PHONE, SERVER],
      [SERVER, PHONE],
    ] as const) {
      const scene = new Scene();
      const invite = scene.request('INVITE', { callId: 'c', target: 'sip:123@example.com' });
      for (const status of [100, 180, 183, 200, 200]) scene.reply(invite, status);
      scene.request('ACK', { callId: 'c' });
      scene.wait(5000);
      scene.request('BYE', { callId: 'c', from, to });
      scene.request('BYE', { callId: 'c', from, to });
      assert.deepEqual(scene.told('address', 'requestUri', 'detail'), [
        `call.started ${PHONE} sip:123@example.com `,
        `call.answered ${PHONE} sip:123@example.com `,
        `call.ended ${PHONE} sip:123@example.com 5003`,
      ]);
    }
  });

  it('tells of a call that is answered at once', () => {
    const scene = new Scene();
    scene.reply(scene.request('INVITE'), 200);
    assert.deepEqual(scene.told(), ['call.started', 'call.answered']);
  });

  it('tells failure, also of credentials, but not of the first challenge', () => {
    const scene = new Scene();
    scene.authenticated('INVITE', 401);
    scene.authenticated('INVITE', 486);
    assert.deepEqual(scene.told('status', 'proven'), ['call.failed 401 yes', 'call.failed 486 yes']);
  });

  it('takes a stranger who calls numbers that are not there for a prober', () => {
    const scene = new Scene();
    scene.reply(scene.request('INVITE'), 404, 'Not Found');
    scene.reply(scene.request('INVITE'), 486, 'Busy');
    assert.deepEqual(scene.told('reason', 'status'), ['request.refused dial_probe 404', 'call.failed Busy 486']);
  });

  it('takes a customer who does for somebody who misdials', () => {
    const scene = new Scene();
    scene.reply(scene.request('REGISTER'), 200);
    scene.traffic.take();
    scene.reply(scene.request('INVITE'), 404, 'Not Found');
    assert.deepEqual(scene.told('reason'), ['call.failed Not Found']);
  });

  it('leaves changes of a call alone', () => {
    const scene = new Scene();
    scene.reply(scene.request('INVITE', { callId: 'c' }), 200);
    scene.traffic.take();
    scene.reply(scene.request('INVITE', { callId: 'c', toTag: 't', cseq: 2 }), 488);
    scene.reply(scene.request('INVITE', { callId: 'unseen', toTag: 't', cseq: 2 }), 200);
    scene.reply(scene.request('INVITE', { callId: 'unseen', toTag: 't', cseq: 3 }), 481);
    assert.deepEqual(scene.told(), []);
  });

  it('lets a call ring for minutes', () => {
    const scene = new Scene();
    const invite = scene.request('INVITE');
    scene.reply(invite, 100);
    scene.wait(100_000);
    scene.reply(invite, 200);
    assert.deepEqual(scene.told(), ['call.started', 'call.answered']);
    const forgotten = scene.request('INVITE');
    scene.reply(forgotten, 180);
    scene.wait(400_000);
    scene.traffic.take();
    scene.reply(forgotten, 200);
    assert.deepEqual(scene.told(), []);
  });

  it('does not take the end of one call for that of another', () => {
    const scene = new Scene();
    scene.reply(scene.request('INVITE', { callId: 'c' }), 200);
    scene.traffic.take();
    scene.request('BYE', { callId: 'c', from: OTHER });
    assert.deepEqual(scene.told(), []);
  });
});

describe('other requests', () => {
  for (const [status, expected] of [
    [200, []],
    [404, ['request.refused domain_not_found']],
    [405, ['request.refused method_not_allowed']],
    [403, ['request.refused domain_mismatch']],
    [483, ['request.refused max_forwards_exceeded']],
    [400, ['request.refused malformed']],
    [503, ['request.refused query_failed']],
    [480, []],
    [408, []],
  ] as const) {
    it(`OPTIONS answered with ${status}`, () => {
      const scene = new Scene();
      scene.reply(scene.request('OPTIONS'), status);
      assert.deepEqual(scene.told('reason'), expected);
    });
  }

  it('are refused to strangers only, as phones ask for much that a server does not offer', () => {
    const scene = new Scene();
    scene.reply(scene.request('REGISTER'), 200);
    scene.traffic.take();
    scene.reply(scene.request('SUBSCRIBE'), 489);
    assert.deepEqual(scene.told(), []);
    scene.wait(3_700_000);
    scene.reply(scene.request('SUBSCRIBE'), 489);
    assert.deepEqual(scene.told(), ['request.refused']);
  });

  it('with wrong credentials are failures', () => {
    const scene = new Scene();
    scene.authenticated('MESSAGE', 401);
    assert.deepEqual(scene.told('method'), ['register.failed MESSAGE']);
  });

  it('of a known tool are told of whatever the answer was', () => {
    const scene = new Scene();
    const userAgent = 'friendly-scanner';
    scene.reply(scene.request('OPTIONS', { userAgent }), 200);
    scene.reply(scene.request('OPTIONS', { userAgent }), 404);
    scene.request('REGISTER', { userAgent });
    scene.wait(10_000);
    assert.deepEqual(scene.told('reason', 'method'), [
      'request.refused scanner_detected OPTIONS',
      'request.refused domain_not_found OPTIONS',
      'request.refused scanner_detected REGISTER',
    ]);
  });
});

describe('malformed messages', () => {
  it('are told of if they are SIP at all', () => {
    const scene = new Scene();
    assert.ok(scene.send(['INVITE sip:x@example.com SIP/3.0', 'Call-ID: 7'], PHONE, SERVER));
    assert.deepEqual(scene.told('address', 'reason', 'detail', 'callId', 'proven'), [
      `malformed ${PHONE} malformed version 7 no`,
    ]);
  });

  it('are left alone if they are none, or replies', () => {
    const scene = new Scene();
    for (const line of ['', 'GET / HTTP/1.1', '\0\0', 'hello']) assert.ok(!scene.send([line], PHONE, SERVER));
    assert.ok(scene.send(['SIP/2.0 99999 What'], PHONE, SERVER));
    assert.deepEqual(scene.told(), []);
  });
});

describe('state', () => {
  it('is bounded, and counts what it forgets', () => {
    const scene = new Scene({ maxTransactions: 10 });
    for (let i = 0; i < 30; i++) scene.request('OPTIONS');
    assert.equal(scene.traffic.tracked, 10);
    assert.equal(scene.traffic.evicted, 20);
  });

  it('is forgotten with time', () => {
    const scene = new Scene();
    for (let i = 0; i < 30; i++) scene.reply(scene.request('OPTIONS'), i % 2 === 0 ? 200 : 100);
    scene.wait(400_000);
    assert.equal(scene.traffic.tracked, 0);
  });

  it('survives whatever messages come in whatever order', () => {
    const method = fc.constantFrom('REGISTER', 'INVITE', 'OPTIONS', 'BYE', 'ACK', 'x');
    const step = fc.tuple(
      method,
      fc.constantFrom(100, 180, 200, 401, 404, 999),
      fc.nat(3),
      fc.boolean(),
      fc.nat(20_000),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.array(fc.string({ unit: 'binary' })), (steps, junk) => {
        const scene = new Scene({ maxTransactions: 3 });
        for (const [name, status, n, credentials, ms] of steps) {
          const digest = credentials ? { digest: `nonce="${'x'.repeat(n * 4)}", response="${n}"` } : {};
          const played = scene.request(name, { callId: `c${n}`, branch: `b${n}`, ...digest });
          scene.reply(played, status, 'x', { challenge: `nonce="${'x'.repeat(n * 4)}"` });
          scene.send(junk, PHONE, SERVER);
          scene.wait(ms);
        }
        let before = 0;
        for (const { at } of scene.traffic.take()) {
          assert.ok(at >= before, 'signals come in order');
          before = at;
        }
        assert.ok(scene.traffic.tracked <= 6);
      }),
      { numRuns: 300 },
    );
  });
});
