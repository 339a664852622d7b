/** Whom requests are held against that a proxy forwards. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Network } from '../../lib/network.ts';
import { Scene } from './sip-traffic.testkit.ts';

const network = (text: string) => Network.parse(text) ?? assert.fail(text);
const SBC = '10.0.0.1';
const PBX = '10.0.0.2';
const STRANGER = '203.0.113.7';
const below = `SIP/2.0/UDP 192.168.1.20:5062;received=${STRANGER};rport=61000;branch=z9hG4bKx`;

describe('behind a proxy of our own', () => {
  it('whom it had the request from has sent it', () => {
    const scene = new Scene();
    scene.authenticated('REGISTER', 401, { from: SBC, to: PBX, below });
    scene.reply(scene.request('INVITE', { from: SBC, to: PBX, below: `${below}, SIP/2.0/UDP x` }), 404);
    scene.reply(scene.request('OPTIONS', { from: SBC, to: PBX }), 404);
    assert.deepEqual(scene.told('address', 'port', 'proven'), [
      `register.failed ${STRANGER} 61000 no`,
      `request.refused ${STRANGER} 61000 no`,
      `request.refused ${SBC} 5060 no`,
    ]);
  });

  it('one customer speaks for himself, not for all', () => {
    const scene = new Scene();
    scene.authenticated('REGISTER', 200, { from: SBC, to: PBX, below: 'SIP/2.0/TLS 198.51.100.20:5061' });
    scene.reply(scene.request('OPTIONS', { from: SBC, to: PBX, below }), 404);
    assert.deepEqual(scene.told('address', 'transport'), [
      'register.ok 198.51.100.20 tls',
      `request.refused ${STRANGER} udp`,
    ]);
  });

  it('a request is told once if it is seen on both sides', () => {
    const scene = new Scene();
    const sketch = { callId: 'c', branch: 'z9hG4bKout', digest: 'response="1"' };
    const outside = scene.request('REGISTER', { ...sketch, from: STRANGER, to: '198.51.100.1' });
    const copy = { ...sketch, branch: 'z9hG4bKin', below: `SIP/2.0/UDP ${STRANGER}:5060;branch=z9hG4bKout` };
    scene.reply(scene.request('REGISTER', { ...copy, from: SBC, to: PBX }), 401, 'x', {
      challenge: 'nonce="0123456789"',
    });
    scene.reply(outside, 401, 'x', { challenge: 'nonce="0123456789"' });
    assert.deepEqual(scene.told('address'), [`register.failed ${STRANGER}`]);
    // The copy has shown who is a server there.
    scene.reply(scene.request('INVITE', { from: PBX, to: SBC }), 404);
    assert.deepEqual(scene.told(), []);
  });

  it('our own hosts are not blamed for what the proxy forwards of them', () => {
    const scene = new Scene({ own: [network('10.0.0.3')] });
    scene.authenticated('REGISTER', 200, { from: SBC, to: '10.0.0.4', below: 'SIP/2.0/TLS 198.51.100.20:5061' });
    scene.told();
    // One that is known by the configuration, one that has registered others, and an address that is none.
    for (const own of ['10.0.0.3', '10.0.0.4', '0.0.0.0'])
      scene.reply(scene.request('INVITE', { from: SBC, to: PBX, below: `SIP/2.0/UDP ${own}:5060` }), 404);
    assert.deepEqual(scene.told('address'), []);
  });

  it('strangers are not spared because the proxy is our own, or serves others in sight', () => {
    const configured = new Scene({ own: [network(SBC)] });
    const seen = new Scene();
    seen.authenticated('REGISTER', 200, { from: '198.51.100.20', to: SBC });
    seen.told();
    for (const scene of [configured, seen]) {
      scene.authenticated('REGISTER', 401, { from: SBC, to: PBX, below });
      scene.reply(scene.request('INVITE', { from: SBC, to: PBX }), 404);
      assert.deepEqual(scene.told('address'), [`register.failed ${STRANGER}`]);
    }
  });

  it('nobody else is believed: a stranger cannot accuse others so, and a Via may hold a name', () => {
    const scene = new Scene();
    scene.authenticated('REGISTER', 401, { from: STRANGER, to: PBX, below: 'SIP/2.0/UDP 198.51.100.20' });
    scene.reply(scene.request('OPTIONS', { from: SBC, to: '198.51.100.1', below }), 404);
    scene.authenticated('REGISTER', 401, { from: SBC, to: PBX, below: 'SIP/2.0/UDP phone.example.com' });
    assert.deepEqual(scene.told('address'), [
      `register.failed ${STRANGER}`,
      `request.refused ${SBC}`,
      `register.failed ${SBC}`,
    ]);
  });
});
