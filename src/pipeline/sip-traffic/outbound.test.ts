import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Network } from '../../lib/network.ts';
import { Scene } from './sip-traffic.testkit.ts';

const PBX = '192.168.1.10';
const PROVIDER = '203.0.113.50';

describe('a PBX that registers with a provider', () => {
  it('is not blamed if that fails, nor is the provider', () => {
    const scene = new Scene();
    for (let i = 0; i < 60; i++) {
      for (const user of ['trunk1', 'trunk2'])
        scene.authenticated('REGISTER', i % 2 ? 401 : 403, { from: PBX, to: PROVIDER, user });
      scene.reply(scene.request('OPTIONS', { from: PROVIDER, to: PBX }), 404);
      scene.wait(30_000);
    }
    assert.deepEqual(scene.told(), []);
  });

  it('is told if it succeeds, and if it fails as fast as a tool', () => {
    const scene = new Scene();
    scene.authenticated('REGISTER', 200, { from: PBX, to: PROVIDER });
    for (let i = 0; i < 20; i++) scene.authenticated('REGISTER', 401, { from: PBX, to: PROVIDER });
    assert.deepEqual(scene.told('address'), [`register.ok ${PBX}`, ...new Array(10).fill(`register.failed ${PBX}`)]);
  });

  it('is a customer in a private network, where the public address is our own or serves others, too', () => {
    const configured = new Scene({ own: [Network.parse(PROVIDER) ?? assert.fail()] });
    const seen = new Scene();
    seen.authenticated('REGISTER', 200, { from: '198.51.100.20', to: PROVIDER });
    seen.told();
    for (const scene of [configured, seen]) {
      scene.authenticated('REGISTER', 401, { from: PBX, to: PROVIDER });
      assert.deepEqual(scene.told('address'), [`register.failed ${PBX}`]);
    }
  });

  it('is blamed for what fails within', () => {
    const scene = new Scene();
    scene.authenticated('REGISTER', 401, { from: PBX, to: '10.0.0.1' });
    assert.deepEqual(scene.told('address'), [`register.failed ${PBX}`]);
  });
});
