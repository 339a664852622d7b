/** Phones that do nothing wrong, behind a real OpenSIPS and a real Asterisk: all works, and nothing is held against them. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isOwnAccount } from '../../../src/pipeline/own-account.ts';
import { eventually } from '../../support/daemon.ts';
import { hasProgram, runProgram } from '../../support/program.ts';
import { announce, missing, programs, withSbc } from './sbc-lab.ts';
import { methodOf, statusOf } from './sip-message.ts';

announce('honest-phones', missing);
const noOpenssl = hasProgram('openssl') ? false : 'needs openssl';

/** Lends a certificate of our own making. */
async function withCertificate(use: (certificate: string, privateKey: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'sipward-certificate-'));
  try {
    const [key, certificate] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
    const subject = ['-subj', '/CN=sbc.example', '-days', '2', '-nodes'];
    const made = await runProgram('openssl', [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-keyout',
      key,
      '-out',
      certificate,
      ...subject,
    ]);
    assert.equal(made.code, 0, made.output);
    await use(certificate, key);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

for (const program of missing === undefined ? programs : []) {
  describe(`honest phones, OpenSIPS ${program.version}`, () => {
    it('register, call both ways, come back with an old nonce, and leave', () =>
      withSbc(program, {}, async (lab) => {
        const anna = await lab.phone(20, '1001');
        const ben = await lab.phone(21, '1002', { transport: 'tcp' });

        assert.equal(statusOf((await anna.register())!), 200);
        assert.equal(statusOf((await ben.register())!), 200);
        const real = `sip:1001@${anna.local.address}:${anna.local.port}`;
        assert.deepEqual(
          (await lab.location('1001')).map(({ Contact }) => Contact),
          [real],
          'saved with its real address',
        );
        await lab.awaitSignals('register.ok', 2);

        for (const [caller, callee, number] of [
          [anna, ben, '1002'],
          [ben, anna, '1001'],
        ] as const) {
          const before = callee.received.length;
          const call = await caller.call(number);
          assert.equal(statusOf(call.response!), 200);
          assert.ok(callee.received.slice(before).some((request) => methodOf(request) === 'INVITE'));
          await eventually(() => assert.ok(callee.received.some((request) => methodOf(request) === 'ACK')));
          assert.equal(statusOf((await call.hangUp())!), 200);
          await eventually(() =>
            assert.ok(callee.received.slice(before).some((request) => methodOf(request) === 'BYE')),
          );
        }
        const ended = await lab.awaitSignals('call.ended', 2);
        assert.ok(ended.every((signal) => Number(signal.detail) >= 0 && Number(signal.detail) < 10_000));

        const nonce = anna.challenge?.nonce;
        await sleep(3_000);
        const again = await anna.register();
        assert.equal(statusOf(again!), 200);
        assert.notEqual(anna.challenge?.nonce, nonce, 'the old nonce was refused as stale');

        assert.equal(statusOf((await anna.register(0))!), 200);
        await lab.awaitSignals('register.removed', 1);
        assert.deepEqual(await lab.location('1001'), [], 'nothing is left of it');
        assert.equal((await lab.location('1002')).length, 1);

        const against = lab.signals().filter((signal) => !/^(register\.(ok|removed)|call\.)/.test(signal.kind));
        assert.deepEqual(against, [], 'nothing is held against an honest phone');
        assert.ok(
          lab
            .signals()
            .filter((signal) => signal.address.text === lab.address(20))
            .every((signal) => signal.proven === 'yes'),
        );
      }));

    it('call without ever registering: the credentials show whose account it is', () =>
      withSbc(program, {}, async (lab) => {
        const overUdp = await lab.phone(20, '1001');
        const overTcp = await lab.phone(21, '1002', { transport: 'tcp' });
        for (const pbx of [overUdp, overTcp]) {
          const call = await pbx.call('600');
          assert.equal(statusOf(call.response!), 200);
          assert.equal(statusOf((await call.hangUp())!), 200);
        }
        const started = await lab.awaitSignals('call.started', 2);
        assert.deepEqual(
          started.map((signal) => [signal.user, signal.authUser, signal.transport, isOwnAccount(signal)]),
          [
            ['1001', '1001', 'udp', true],
            ['1002', '1002', 'tcp', true],
          ],
        );
      }));

    it('call faster than the limit with the right password: refused for haste, not taken for a dial probe', () =>
      withSbc(program, { opensips: () => ({ limits: { invite: 3 } }) }, async (lab) => {
        const dialler = await lab.phone(20, '1001');
        assert.equal(statusOf((await dialler.call('404')).response!), 404);
        dialler.challenge = undefined;
        const second = await dialler.call('404');
        assert.equal(statusOf(second.response!), 503, 'the answer to the challenge is one too many');
        const impatient = await lab.phone(21, '1002');
        for (let i = 0; i < 3; i++) await impatient.request('INVITE', { uri: 'sip:600@example.com', callId: `i${i}` });
        await sleep(3_000);
        await lab.awaitSignals('request.refused', 3);
        const probes = lab.signals().filter(({ reason }) => reason === 'dial_probe');
        assert.deepEqual(
          probes.map(({ address }) => address.text),
          Array.from({ length: 3 }, () => lab.address(21)),
          'who never answers a challenge is told of, although he came later',
        );
      }));

    it('call as often as a registered one may, once a call went through', () =>
      withSbc(program, { opensips: () => ({ limits: { invite: 2 } }) }, async (lab) => {
        for (const transport of ['udp', 'tcp'] as const) {
          const pbx = await lab.phone(transport === 'udp' ? 20 : 21, '1001', { transport });
          for (let i = 0; i < 3; i++) {
            pbx.challenge = undefined;
            assert.equal(statusOf((await pbx.call('600')).response!), 200, `${transport}, call ${i}`);
          }
        }
      }));

    it('are reached by OPTIONS and NOTIFY of the back end, behind NAT as well', () =>
      withSbc(program, {}, async (lab) => {
        const anna = await lab.phone(20, '1001');
        // What a phone behind NAT believes its address to be.
        const contact = 'sip:1001@192.168.1.50:5060';
        const response = await anna.authenticated('REGISTER', {
          headers: [['Expires', '300']],
          contact,
        });
        assert.equal(statusOf(response!), 200);
        assert.equal((await lab.location('1001'))[0]?.Received, `sip:${anna.local.address}:${anna.local.port}`);
        lab.asterisk.console('pjsip send notify test endpoint 1001');
        await eventually(() => assert.ok(anna.received.some((request) => methodOf(request) === 'NOTIFY')));
        lab.asterisk.console('pjsip qualify 1001');
        await eventually(() => assert.ok(anna.received.some((request) => methodOf(request) === 'OPTIONS')));
        assert.match(anna.received[0]?.start ?? '', /1001@192\.168\.1\.50/);
      }));

    it('register, call and are called over TLS, and from a browser over WSS', { skip: noOpenssl }, () =>
      withCertificate((certificate, privateKey) => {
        const secure = (net: string) => ({
          listen: [`udp:${net}.1:5060`, `tls:${net}.1:5061`, `wss:${net}.1:8443`],
          'tls-certificate': certificate,
          'tls-private-key': privateKey,
        });
        return withSbc(program, { opensips: secure }, async (lab) => {
          const proxy = { address: lab.address(1), port: 5061 };
          const anna = await lab.phone(20, '1001', { transport: 'tls', proxy });
          const ben = await lab.phone(21, '1002');
          assert.equal(statusOf((await anna.register())!), 200);
          const [registered] = await lab.awaitSignals('register.ok', 1);
          assert.deepEqual([registered?.transport, registered?.proven], ['tls', 'yes']);
          const call = await ben.call('1001');
          assert.equal(statusOf(call.response!), 200, 'over the connection that the phone opened');
          assert.equal(statusOf((await call.hangUp())!), 200);
          const browserProxy = { address: lab.address(1), port: 8443 };
          const browser = await lab.phone(22, '1002', { transport: 'wss', proxy: browserProxy });
          assert.equal(statusOf((await browser.register())!), 200);
          const [, overWss] = await lab.awaitSignals('register.ok', 2);
          assert.deepEqual(
            [overWss?.user, overWss?.transport, overWss?.proven, overWss?.address.text, overWss?.port],
            ['1002', 'wss', 'yes', lab.address(22), browser.local.port],
          );
          const toBrowser = await anna.call('1002');
          assert.equal(statusOf(toBrowser.response!), 200, 'over the WebSocket that the browser opened');
          assert.equal(statusOf((await toBrowser.hangUp())!), 200);
          const fromBrowser = await browser.call('1001');
          assert.equal(statusOf(fromBrowser.response!), 200, 'from the browser to the phone with TLS');
          assert.equal(statusOf((await fromBrowser.hangUp())!), 200);
        });
      }),
    );

    it('are registered for nobody but themselves: a failed registration leaves nothing', () =>
      withSbc(program, {}, async (lab) => {
        const wrong = await lab.phone(22, '1001', { password: 'wrong' });
        assert.equal(statusOf((await wrong.register())!), 401);
        const [failed] = await lab.awaitSignals('register.failed', 1);
        assert.deepEqual(
          [
            failed?.user,
            failed?.domain,
            failed?.status,
            failed?.address.text,
            failed?.port,
            failed?.userAgent,
            failed?.expires,
          ],
          ['1001', 'example.com', 401, lab.address(22), wrong.local.port, 'Acme Phone 1.0', 300],
        );
        assert.equal(failed?.proven, 'yes');
        assert.deepEqual(await lab.location('1001'), []);
      }));
  });
}
