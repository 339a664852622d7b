/** What is told where the sensor sees requests only. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OTHER, PHONE, Scene, SERVER } from './sip-traffic.testkit.ts';

const guess = (n: number) => ({ callId: 'c', cseq: n, digest: `nonce="nonce-number-${n}", response="${n}"` });

describe('requests whose replies are out of sight', () => {
  it('are guesses if the client is challenged again and again', () => {
    const scene = new Scene();
    for (let i = 1; i <= 10; i++) {
      scene.request('REGISTER', guess(i));
      scene.wait(1000);
    }
    assert.deepEqual(
      scene.told('address', 'status', 'detail'),
      new Array(7).fill(`register.failed ${PHONE} 0 no reply seen`),
    );
  });

  it('are guesses, too, if the challenges of a second are all the same', () => {
    const scene = new Scene();
    for (let i = 1; i <= 5; i++)
      scene.request('REGISTER', { ...guess(i), digest: `nonce="one", nc=00000001, response="${i}"` });
    assert.equal(scene.told().length, 2);
  });

  it('are no guesses if a phone renews its registration, with a nonce that was too old, or while the server is down', () => {
    const scene = new Scene();
    for (let i = 1; i <= 60; i += 2) {
      scene.request('REGISTER', guess(i));
      scene.request('REGISTER', guess(i + 1));
      scene.wait(30_000);
    }
    for (let i = 1; i <= 60; i++) {
      scene.request('REGISTER', {
        from: OTHER,
        cseq: i,
        digest: `nonce="of-yesterday", nc=${(i + 1).toString(16)}, response="${i}"`,
      });
      scene.wait(1000);
    }
    assert.deepEqual(scene.told(), []);
  });

  it('are no guesses of a phone that is let in for half a minute at a time, with a new nonce each time', () => {
    const scene = new Scene();
    for (let i = 1; i <= 40; i++) {
      scene.request('REGISTER', guess(i));
      scene.wait(15_000);
    }
    assert.deepEqual(scene.told(), []);
  });

  it('are a search for users if one after another is registered without credentials', () => {
    const scene = new Scene();
    for (let i = 1; i <= 2; i++) scene.request('REGISTER', { from: OTHER, ...guess(i) });
    for (let i = 1; i <= 5; i++) scene.request('REGISTER', { user: `u${i}` });
    scene.wait(10_000);
    assert.deepEqual(
      scene.told('reason', 'user'),
      ['u1', 'u2', 'u3', 'u4', 'u5'].map((user) => `request.refused query_failed ${user}`),
    );
  });

  it('are no search of an office whose server is down', () => {
    const scene = new Scene();
    for (let i = 1; i <= 40; i++) scene.request('REGISTER', { user: `u${i}` });
    for (let i = 1; i <= 40; i++) scene.request('REGISTER', { user: `u${i}`, digest: 'nonce="old", response="1"' });
    for (let i = 1; i <= 40; i++) scene.request('INVITE', { target: `sip:${i}@example.com` });
    scene.wait(30_000);
    assert.deepEqual(scene.told(), []);
  });

  it('are no search if credentials follow, if they are sent again, or if replies come into sight', () => {
    const scene = new Scene();
    for (let i = 1; i <= 5; i++) {
      scene.request('REGISTER', { user: `u${i}`, callId: `c${i}` });
      scene.request('REGISTER', { user: `u${i}`, ...guess(i), callId: `c${i}` });
    }
    for (let i = 1; i <= 5; i++) {
      const sketch = { from: OTHER, user: `u${i}`, branch: `z9hG4bK${i}`, callId: `d${i}` };
      for (let copy = 0; copy < 2; copy++) scene.request('REGISTER', sketch);
    }
    scene.wait(10_000);
    assert.deepEqual(scene.told(), []);
    for (let i = 1; i <= 5; i++) scene.request('REGISTER', { user: `u${i}` });
    scene.reply(scene.request('REGISTER', { from: OTHER }), 403);
    scene.traffic.take();
    scene.wait(4_000);
    scene.traffic.finish(scene.now);
    assert.deepEqual(scene.told(), []);
  });

  it('show tools by their marks, even at the very end', () => {
    const scene = new Scene();
    scene.request('OPTIONS', { userAgent: 'friendly-scanner' });
    scene.reply(scene.request('OPTIONS', { from: OTHER, to: SERVER, tag: '3206210844' }), 200);
    scene.traffic.finish(scene.now);
    assert.deepEqual(scene.told('reason', 'address'), [
      `request.refused scanner_detected ${OTHER}`,
      `request.refused scanner_detected ${PHONE}`,
    ]);
  });
});
