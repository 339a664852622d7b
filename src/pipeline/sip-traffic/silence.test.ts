/** What is told of requests that nobody answers, and of whom nothing is told. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Network } from '../../lib/network.ts';
import { OTHER, PHONE, Scene, SERVER } from './sip-traffic.testkit.ts';

describe('requests that nobody answers', () => {
  it('are knocks at the door of a server that answers others', () => {
    const scene = new Scene();
    scene.request('OPTIONS');
    scene.request('INVITE');
    scene.reply(scene.request('OPTIONS', { from: OTHER }), 200);
    scene.wait(9_000);
    assert.deepEqual(scene.told(), []);
    scene.wait(1_000);
    assert.deepEqual(scene.told('address', 'reason', 'detail'), [
      `request.refused ${PHONE} domain_not_found no answer`,
      `request.refused ${PHONE} dial_probe no answer`,
    ]);
  });

  it('are no proof of a connection, whose segments can be forged', () => {
    const scene = new Scene();
    for (const transport of ['udp', 'tcp'] as const) scene.request('OPTIONS', { transport });
    scene.send(['INVITE sip:x@example.com SIP/3.0', 'Call-ID: 7'], PHONE, SERVER, 'tcp');
    scene.reply(scene.request('OPTIONS', { from: OTHER }), 200);
    scene.wait(10_000);
    assert.deepEqual(scene.told('proven'), ['malformed unknown', 'request.refused no', 'request.refused unknown']);
  });

  it("are nobody's fault while the server is down, or its replies take another way", () => {
    const scene = new Scene();
    scene.reply(scene.request('OPTIONS', { from: OTHER }), 200);
    for (let i = 0; i < 20; i++) scene.request('INVITE');
    for (let i = 0; i < 20; i++) scene.request('REGISTER', { user: `u${i}` });
    scene.wait(20_000);
    assert.deepEqual(scene.told(), []);
  });

  it('are no fault of phones that a server is too busy for', () => {
    const scene = new Scene();
    for (let i = 0; i < 20; i++) scene.request('REGISTER');
    scene.reply(scene.request('OPTIONS', { from: OTHER }), 200);
    scene.wait(20_000);
    assert.deepEqual(scene.told(), []);
  });

  it('are a scan if they go from host to host', () => {
    const scene = new Scene();
    scene.reply(scene.request('OPTIONS', { from: OTHER }), 200);
    for (let i = 1; i <= 5; i++) scene.request('OPTIONS', { to: `198.51.100.10${i}` });
    scene.wait(10_000);
    assert.deepEqual(scene.told('address'), new Array(3).fill(`request.refused ${PHONE}`));
  });

  it('are no scan if no reply is ever seen: the sensor sees one direction only', () => {
    const scene = new Scene();
    for (let i = 1; i <= 5; i++) scene.request('OPTIONS', { to: `198.51.100.10${i}` });
    scene.wait(10_000);
    assert.deepEqual(scene.told(), []);
  });

  it('need not be waited for so long at the end of a recording', () => {
    const scene = new Scene();
    scene.request('OPTIONS');
    scene.reply(scene.request('OPTIONS', { from: OTHER }), 200);
    scene.wait(5_000);
    scene.request('OPTIONS');
    scene.traffic.finish(scene.now);
    assert.deepEqual(scene.told(), ['request.refused']);
  });
});

describe('challenges that nobody answers', () => {
  const challenge = { challenge: 'nonce="0123456789"' };

  it('are a probe if a call was tried', () => {
    const scene = new Scene();
    scene.reply(scene.request('INVITE', { callId: 'a' }), 401, 'x', challenge);
    scene.authenticated('INVITE', 486, { from: OTHER });
    scene.traffic.take();
    scene.wait(10_000);
    assert.deepEqual(scene.told('reason', 'status', 'proven'), ['request.refused dial_probe 401 no']);
  });

  it('are a probe if user after user was tried', () => {
    const scene = new Scene();
    for (const user of ['1', '2', '3', '4']) scene.reply(scene.request('REGISTER', { user }), 401, 'x', challenge);
    scene.wait(10_000);
    assert.deepEqual(scene.told('user', 'detail'), [
      'request.refused 3 challenge not answered',
      'request.refused 4 challenge not answered',
    ]);
  });

  it('are a probe, too, if users are asked for slowly, and at the end of a recording', () => {
    for (const method of ['OPTIONS', 'REGISTER']) {
      const scene = new Scene();
      for (const user of ['1', '2', '3', '4']) {
        scene.reply(scene.request(method, { user, target: `sip:${user}@example.com` }), 401, 'x', challenge);
        scene.wait(600_000);
      }
      scene.reply(scene.request(method, { user: '5', target: 'sip:5@example.com' }), 401, 'x', challenge);
      scene.now += 200;
      scene.traffic.finish(scene.now);
      assert.equal(scene.told().length, 3, method);
    }
  });

  it('are nothing if a phone tries on, or somebody only looks whether we live', () => {
    const scene = new Scene();
    for (let i = 0; i < 20; i++) {
      scene.reply(scene.request('REGISTER'), 401, 'x', challenge);
      scene.reply(scene.request('OPTIONS'), 401, 'x', challenge);
    }
    scene.wait(10_000);
    assert.deepEqual(scene.told(), []);
  });
});

describe('servers', () => {
  it('are not blamed for phones that are off and numbers that are not there', () => {
    const scene = new Scene();
    scene.authenticated('REGISTER', 200);
    scene.traffic.take();
    for (const status of [404, 480, 486, 408, 403]) {
      scene.reply(scene.request('INVITE', { from: SERVER, to: PHONE }), status);
      scene.reply(scene.request('OPTIONS', { from: SERVER, to: PHONE }), status);
    }
    scene.request('OPTIONS', { from: SERVER, to: PHONE });
    scene.reply(scene.request('OPTIONS', { from: OTHER, to: PHONE }), 200);
    scene.wait(10_000);
    assert.deepEqual(scene.told(), []);
  });

  it('are those of the configuration, too', () => {
    const scene = new Scene({ own: [Network.single(Network.parse(SERVER)?.base ?? assert.fail())] });
    scene.reply(scene.request('INVITE', { from: SERVER, to: PHONE }), 404);
    scene.send(['INVITE sip:x SIP/3.0'], SERVER, PHONE);
    assert.deepEqual(scene.told(), []);
  });

  it('are not those who challenge a server that has challenged them', () => {
    const scene = new Scene();
    scene.authenticated('REGISTER', 200);
    scene.reply(scene.request('INVITE', { from: SERVER, to: PHONE }), 407, 'x', { challenge: 'nonce="0123456789"' });
    scene.traffic.take();
    scene.reply(scene.request('REGISTER'), 403);
    assert.deepEqual(scene.told('address'), [`register.failed ${PHONE}`]);
  });
});

describe('an address that is none', () => {
  for (const nobody of ['0.0.0.0', '::']) {
    it(`${nobody} is accused of nothing, and answers as a server`, () => {
      const scene = new Scene();
      scene.reply(scene.request('REGISTER', { from: nobody }), 403);
      scene.reply(scene.request('REGISTER', { to: nobody }), 403);
      assert.deepEqual(scene.told('address'), [`register.failed ${PHONE}`]);
    });
  }
});
