/** Whose credentials a call shows, and when they show nothing. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Network } from '../../lib/network.ts';
import { OTHER, PHONE, type RequestSketch, Scene, SERVER } from './sip-traffic.testkit.ts';

const CALL = { target: 'sip:600@example.com', user: 'ben' };
const told = (scene: Scene) => scene.told('user', 'authUser', 'authRealm');
const header = (user: string, more = '') =>
  `Authorization: Digest username="${user}", realm="r", nonce="n-${user}"${more}`;

/** A call with these headers, that is answered at once: nobody asked. */
function unasked(scene: Scene, headers: readonly string[], sketch: RequestSketch = {}): void {
  scene.reply(scene.request('INVITE', { ...CALL, ...sketch, headers }), 200);
}

/** Challenge, and the same call with these headers. */
function asked(scene: Scene, headers: readonly string[], sketch: RequestSketch = {}): void {
  const callId = `asked${headers.join().length}${scene.now}`;
  scene.reply(scene.request('INVITE', { ...CALL, tag: callId, ...sketch, callId }), 407);
  scene.reply(scene.request('INVITE', { ...CALL, tag: callId, ...sketch, callId, cseq: 2, headers }), 200);
}

describe('a call', () => {
  for (const transport of ['udp', 'tcp'] as const) {
    it(`names the user whose credentials were asked for, over ${transport}`, () => {
      const scene = new Scene();
      asked(scene, [header('anna', ', response="1"')], { transport });
      assert.deepEqual(told(scene), ['call.started ben anna r', 'call.answered ben anna r']);
    });
  }

  it('names them also where the client uses a nonce again', () => {
    const scene = new Scene();
    asked(scene, [header('anna', ', response="1"')]);
    unasked(scene, [header('anna', ', response="2"')]);
    scene.wait(500_000);
    unasked(scene, [header('anna', ', response="3"')]);
    assert.equal(told(scene).filter((line) => line === 'call.answered ben anna r').length, 3);
    scene.wait(700_000);
    unasked(scene, [header('anna', ', response="4"')]);
    assert.deepEqual(told(scene), ['call.started   ', 'call.answered   ']);
  });

  it('does not where another one uses it: some servers give one nonce to several clients', () => {
    const scene = new Scene();
    asked(scene, [header('anna', ', response="1"')]);
    scene.told();
    unasked(scene, [header('anna', ', response="2"')], { from: OTHER });
    assert.deepEqual(told(scene), ['call.started   ', 'call.answered   ']);
  });

  it('names them when a nonce was too old, and when the first password was wrong', () => {
    const scene = new Scene();
    const call = { ...CALL, callId: 'stale', tag: 'stale' };
    const stale = { challenge: 'nonce="x", stale=true' };
    scene.reply(scene.request('INVITE', { ...call, headers: [header('anna', ', response="1"')] }), 401, 'Old', stale);
    scene.reply(scene.request('INVITE', { ...call, cseq: 2, headers: [header('anna', ', response="2"')] }), 200);
    assert.deepEqual(told(scene), ['call.started ben anna r', 'call.answered ben anna r']);
  });

  it('names them at its end, too', () => {
    const scene = new Scene();
    const call = { ...CALL, callId: 'ended', tag: 'ended' };
    scene.reply(scene.request('INVITE', call), 401);
    scene.reply(scene.request('INVITE', { ...call, cseq: 2, headers: [header('anna')] }), 200);
    scene.request('BYE', { ...call, cseq: 3, toTag: 't' });
    assert.equal(told(scene).at(-1), 'call.ended ben anna r');
  });

  it('names nobody where it carries no credentials', () => {
    const scene = new Scene();
    unasked(scene, []);
    assert.deepEqual(told(scene), ['call.started ben  ', 'call.answered ben  ']);
  });
});

describe('credentials that nobody asked for', () => {
  it('name nobody, and where they differ from From, neither does that', () => {
    const scene = new Scene();
    unasked(scene, [header('anna')]);
    assert.deepEqual(told(scene), ['call.started   ', 'call.answered   ']);
  });

  it('change nothing where they agree with From', () => {
    const scene = new Scene();
    for (const user of ['ben', 'ben@example.com']) unasked(scene, [header(user)]);
    assert.deepEqual(new Set(told(scene)), new Set(['call.started ben  ', 'call.answered ben  ']));
  });

  it('are not those asked for in another call, to another number or from another address', () => {
    const scene = new Scene();
    const call = { ...CALL, callId: 'one', tag: 'one' };
    scene.reply(scene.request('INVITE', call), 401);
    for (const other of [{ callId: 'two' }, { target: 'sip:601@example.com' }, { from: '192.0.2.99' }]) {
      scene.reply(scene.request('INVITE', { ...call, cseq: 2, headers: [header('anna')], ...other }), 200);
    }
    assert.deepEqual(new Set(told(scene)), new Set(['call.started   ', 'call.answered   ']));
  });
});

describe('credentials that servers read differently', () => {
  const twice = ['twice in a header', ['Authorization: Digest username="anna", realm="r", username="ben", nonce="n"']];
  const cases = [
    twice,
    ['in two headers', [header('anna'), header('cleo')]],
    ['in two kinds of header', [header('anna'), `Proxy-${header('cleo')}`]],
    ['with escapes', [header('\\anna')]],
    ['of no digest', ['Authorization: Basic YW5uYTp4']],
    ['without a name', [header('')]],
  ] as const;
  for (const [name, headers] of cases) {
    it(`${name}: the call is nobody's`, () => {
      const scene = new Scene();
      asked(scene, headers as readonly string[]);
      assert.deepEqual(new Set(told(scene)), new Set(['call.started   ', 'call.answered   ']));
    });
  }
});

describe('a registration', () => {
  it('names the user of its credentials, besides the account', () => {
    const scene = new Scene();
    scene.authenticated('REGISTER', 200, { user: '1001' });
    scene.authenticated('REGISTER', 401, { user: '1002' });
    assert.deepEqual(told(scene), ['register.ok 1001 1001 ', 'register.failed 1002 1002 ']);
  });

  it('that nobody asked for credentials keeps its account', () => {
    const scene = new Scene();
    scene.reply(scene.request('REGISTER', { user: '1001', headers: [header('anna')] }), 200);
    assert.deepEqual(told(scene), ['register.ok 1001  ']);
  });
});

describe('what a PBX of ours is asked for by its provider', () => {
  const outbound = { from: '192.168.1.10', to: '203.0.113.50' };

  it('is no account of ours', () => {
    const scene = new Scene();
    asked(scene, [header('trunk')], outbound);
    assert.deepEqual(told(scene), ['call.started ben  ', 'call.answered ben  ']);
  });

  it('is one where the public address is our own', () => {
    const scene = new Scene({ own: [Network.parse(outbound.to) ?? assert.fail()] });
    asked(scene, [header('anna')], outbound);
    assert.deepEqual(told(scene), ['call.started ben anna r', 'call.answered ben anna r']);
  });
});

it('remembers a bounded number of challenges, and says what it forgot', () => {
  const scene = new Scene({ maxTransactions: 16 });
  for (let i = 0; i < 100; i++) scene.reply(scene.request('INVITE', { ...CALL, from: PHONE, to: SERVER }), 401);
  assert.ok(scene.traffic.evicted > 0);
});
