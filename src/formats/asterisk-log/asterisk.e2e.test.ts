/** What a real Asterisk writes about phones, guessers and strangers, in each of its log formats. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { findAsterisk, NO_ASTERISK, withAsterisk } from '../../../test/support/asterisk.ts';
import { loopbackNet } from '../../../test/support/opensips.ts';
import { Phone } from '../../../test/support/phone.ts';
import { asteriskLog } from './parser.ts';

const asterisk = findAsterisk();

const LOGGER = `[logfiles]
console => warning,error
messages => notice,warning,error
security => security
full => notice,warning,error,verbose,security
json => [json]notice,security
`;

const pjsip = (address: string) => `[udp]
type=transport
protocol=udp
bind=${address}:5060
[phone](!)
type=endpoint
context=phones
disallow=all
allow=ulaw
[account](!)
type=aor
max_contacts=3
`;

/** What each file says of whom, in order; lines that are not understood are counted. */
function read(text: string) {
  const parser = asteriskLog.parser({ sensor: 'test', now: Date.now });
  const parsed = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parser.parse(line));
  const signals = parsed.filter((one) => typeof one === 'object');
  for (const { at } of signals) assert.ok(Math.abs(at - Date.now()) < 60_000, 'the time is about now');
  return {
    told: signals.map(({ kind, address, user }) => `${kind} ${address.text} ${user}`),
    unrecognised: parsed.filter((one) => one === 'unrecognised').length,
  };
}

describe('the logs of a real Asterisk', { skip: asterisk === undefined && NO_ASTERISK }, () => {
  it('tell of each failure once, and of whom', async () => {
    if (asterisk === undefined) return;
    const address = `${loopbackNet()}.1`;
    const settings = {
      pjsip: pjsip(address),
      accounts: [{ user: '1001', password: 'secret' }],
      modules: ['res_security_log'],
      files: { 'logger.conf': LOGGER },
    };
    await withAsterisk(asterisk, settings, async ({ dir }) => {
      const server = { host: address, port: 5060 };
      await using phone = await Phone.open('127.0.0.71', server);
      await using guesser = await Phone.open('127.0.0.72', server);
      await using stranger = await Phone.open('127.0.0.73', server);
      assert.equal(await phone.register('1001', 'secret'), 200);
      for (const password of ['a', 'b', 'c']) assert.equal(await guesser.register('1001', password), 401);
      assert.equal(await stranger.register('9999', 'x'), 401);
      await sleep(500);
      const file = (name: string) => read(readFileSync(join(dir, 'log', name), 'latin1'));

      const ok = 'register.ok 127.0.0.71 1001';
      const failed = new Array<string>(3).fill('register.failed 127.0.0.72 1001');
      const unknown = 'register.failed 127.0.0.73 9999';
      // Asterisk knows of a stranger at the first request, before there are credentials.
      assert.deepEqual(file('security').told, [ok, ...failed, unknown, unknown]);
      assert.deepEqual(file('messages').told.slice(0, 3), failed);
      for (const name of ['full', 'json']) {
        assert.deepEqual(file(name).told, [ok, ...failed, unknown, unknown], name);
      }
      for (const name of ['security', 'messages', 'full', 'json']) {
        assert.equal(file(name).unrecognised, 1, `${name}: the banner alone is not understood`);
      }
    });
  });
});
