import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Hono } from 'hono';
import { hostCheck } from './host-check.ts';

const app = new Hono().use(hostCheck(['sbc.example.com'])).get('/', (c) => c.text('in'));

async function statusFor(host: string): Promise<number> {
  return (await app.request('http://ignored/', { headers: { host } })).status;
}

describe('hostCheck', () => {
  it('lets in no name but ours, however it is written', async () => {
    const part = fc.stringMatching(/^[a-z0-9-]{1,12}$/);
    await fc.assert(
      fc.asyncProperty(part, part, fc.constantFrom('', ':80', ':8060'), async (a, b, port) => {
        assert.equal(await statusFor(`${a}.${b}.example${port}`), 421);
        assert.equal(await statusFor(`sbc.example.com.${b}${port}`), 421);
        assert.equal(await statusFor(`${a}sbc.example.com${port}`), 421);
      }),
      { numRuns: 100 },
    );
  });

  for (const host of [
    '127.1',
    '0x7f.0.0.1',
    '2130706433',
    '127.0.0.01',
    '[::1',
    '::1',
    '127.0.0.1:',
    '127.0.0.1:x',
    'a b',
    '*',
  ]) {
    it(`refuses ${host}, which is no address and no name of ours`, async () =>
      assert.equal(await statusFor(host), 421));
  }

  for (const host of [
    '10.0.0.5',
    '10.0.0.5:8060',
    '[2001:db8::1]',
    '[::ffff:10.0.0.1]:80',
    'SBC.EXAMPLE.COM',
    'localhost.',
  ]) {
    it(`lets in ${host}`, async () => assert.equal(await statusFor(host), 200));
  }

  it('takes linear time', async () => {
    const started = performance.now();
    await statusFor(`${'a.'.repeat(5000)}!`);
    assert.ok(performance.now() - started < 500);
  });
});
