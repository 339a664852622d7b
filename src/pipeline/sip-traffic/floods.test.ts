import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OTHER, PHONE, Scene, SERVER } from './sip-traffic.testkit.ts';

const OPTIONS = 600;

function many(scene: Scene, count: number, answer: (request: ReturnType<Scene['request']>) => void): void {
  for (let i = 0; i < count; i++) answer(scene.request('OPTIONS'));
}

describe('floods', () => {
  it('are told whatever the server answers, once for so many requests', () => {
    for (const status of [200, 401, 404]) {
      const scene = new Scene();
      many(scene, OPTIONS, (request) => scene.reply(request, status));
      const told = scene.told('address', 'proven', 'count').filter((line) => line.startsWith('flood'));
      assert.deepEqual(told, [`flood ${PHONE} no 500`], String(status));
    }
  });

  it('are told if nobody answers, or no reply is seen', () => {
    const scene = new Scene();
    many(scene, OPTIONS, () => {});
    assert.deepEqual(scene.told(), ['flood']);
  });

  it('are not what goes on for long', () => {
    const scene = new Scene();
    many(scene, OPTIONS, (request) => {
      scene.reply(request, 200);
      scene.wait(25);
    });
    assert.deepEqual(scene.told(), []);
  });

  it('are not what a customer sends, nor a server, nor one request again and again', () => {
    const scene = new Scene();
    scene.authenticated('REGISTER', 200);
    scene.traffic.take();
    many(scene, OPTIONS, (request) => scene.reply(request, 200));
    for (let i = 0; i < OPTIONS; i++) scene.reply(scene.request('OPTIONS', { from: SERVER, to: PHONE }), 200);
    for (let i = 0; i < OPTIONS; i++) scene.request('OPTIONS', { from: OTHER, branch: 'z9hG4bKx', callId: 'x' });
    assert.deepEqual(scene.told(), []);
  });
});
