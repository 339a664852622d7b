/** Real attackers against the whole: named rightly, blocked, and nobody else harmed. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { cutText } from '../../../src/lib/byte-text.ts';
import { MAX_TEXT } from '../../../src/lib/text.ts';
import { isDoorKnock } from '../../../src/pipeline/signal.ts';
import { eventually } from '../../support/daemon.ts';
import { hasProgram } from '../../support/program.ts';
import { attacking, withGuardedSbc } from './guarded-sbc.ts';
import { announce, missing, programs } from './sbc-lab.ts';
import { statusOf } from './sip-message.ts';
import { noSipvicious, sipvicious } from './sipvicious.ts';

const noSipp = hasProgram('sipp') ? undefined : 'needs sipp (Debian: sip-tester)';
announce('attackers', missing ?? noSipvicious ?? noSipp);

/** It is caught for its guesses, not for what it is: other tools leave no such marks. */
const guessesAlone = { detectors: { scanner: { mode: 'off' } } };

/** SIPVicious calls the address by number, and would get no answer at all if its name were known. */
const asAnybody = (net: string) => ({
  'drop-scanners': false,
  domains: ['example.com', `${net}.1`],
  limits: { register: 1000 },
});

for (const program of (missing ?? noSipvicious ?? noSipp) === undefined ? programs : []) {
  describe(`attackers, OpenSIPS ${program.version}`, () => {
    it('svcrack on an existing account: its guesses are failed registrations, and it is out', () =>
      withGuardedSbc(program, { opensips: asAnybody, sipward: guessesAlone }, async (lab) => {
        const anna = await lab.phone(20, '1001');
        assert.equal(statusOf((await anna.register())!), 200);
        const crack = sipvicious(
          'svcrack',
          lab.address(66),
          '-u',
          '1001',
          '-r',
          '1-500',
          `udp://${lab.address(1)}:5060`,
        );
        await attacking(crack, () => lab.awaitBlock(66));
        const guesses = lab.signals().filter((signal) => signal.kind === 'register.failed');
        assert.ok(guesses.length >= 4, `${guesses.length} guesses`);
        assert.ok(
          guesses.every(
            ({ user, address, status }) => user === '1001' && address.text === lab.address(66) && status === 401,
          ),
        );
        assert.equal(guesses.filter(({ status }) => status === 403).length, 0, 'a rule for 403 alone sees nothing');
        await eventually(async () => {
          const { code, stdout } = await lab.daemon.run('opensips', 'status', '--json');
          assert.equal(code, 0, stdout);
          assert.deepEqual((JSON.parse(stdout) as { blocks: string[] }).blocks, [lab.address(66)]);
        });
        const blocked = await lab.phone(66, '1002');
        assert.equal(await blocked.request('REGISTER', {}, 500), undefined, 'refused in the memory of OpenSIPS');
        assert.equal(statusOf((await anna.register())!), 200, 'the account goes on');
      }));

    it('svwar and svmap: named as scanners without an answer, and out', () =>
      withGuardedSbc(program, {}, async (lab) => {
        const target = `udp://${lab.address(1)}:5060`;
        const scan = sipvicious('svwar', lab.address(67), '-e', '100-300', '--force', target);
        await attacking(scan, () => lab.awaitBlock(67));
        await attacking(sipvicious('svmap', lab.address(68), lab.address(1)), () =>
          eventually(() => assert.ok(lab.signals().some((signal) => signal.address.text === lab.address(68)))),
        );
        const scans = lab.signals();
        assert.ok(scans.every((signal) => signal.kind === 'request.refused' && signal.reason === 'scanner_detected'));
        assert.ok(
          scans.some(({ from }) => from.startsWith('"sipvicious"') || from.startsWith('"')),
          'marks are kept',
        );
      }));

    it('one wrong password behind the address of a good phone: nobody is blocked', () =>
      withGuardedSbc(program, {}, async (lab) => {
        const anna = await lab.phone(20, '1001');
        assert.equal(statusOf((await anna.register())!), 200);
        await lab.awaitSignals('register.ok', 1);
        const ben = await lab.phone(20, '1002', { password: 'old-password' });
        for (let attempt = 0; attempt < 12; attempt++) await ben.register();
        await lab.awaitSignals('register.failed', 12);
        await sleep(2_000);
        assert.deepEqual(await lab.blocked(), []);
        assert.equal(statusOf((await anna.register())!), 200);
      }));

    it('an INVITE flood by sipp: a flood, dropped by pike and blocked', () =>
      withGuardedSbc(program, { opensips: () => ({ flood: 30 }) }, async (lab) => {
        const sipp = ['sipp', '-sn', 'uac', '-i', lab.address(69), '-s', '600', '-r', '400', '-m', '4000', '-nostdin'];
        await attacking([...sipp, `${lab.address(1)}:5060`], async () => {
          await lab.awaitSignals('flood', 1, lab.address(69));
          await lab.awaitBlock(69, 20_000);
        });
      }));

    it('calls to domains that are not ours: door knocks, and out', () =>
      withGuardedSbc(program, {}, async (lab) => {
        const knocker = await lab.phone(70, '100', { transport: 'tcp', domain: 'evil.example' });
        for (let i = 0; i < 12; i++) {
          await knocker.request('INVITE', { uri: `sip:00${i}@evil.example`, callId: `knock-${i}` }, 1_000);
        }
        await lab.awaitBlock(70);
        const knocks = lab.signals().filter((signal) => signal.address.text === lab.address(70));
        assert.ok(knocks.every((signal) => signal.reason === 'domain_not_found' && signal.domain === 'evil.example'));
        await eventually(async () => assert.equal(await knocker.request('OPTIONS', {}, 300), undefined));
      }));

    it('numbers tried without ever answering the challenge: probes of the dial plan, and out', () =>
      withGuardedSbc(program, {}, async (lab) => {
        const anna = await lab.phone(20, '1001');
        assert.equal(statusOf((await anna.call('600')).response!), 200, 'a call that answers its challenge');
        const prober = await lab.phone(71, '1002', { transport: 'tcp' });
        for (const prefix of ['', '0', '00', '9', '90', '900', '011', '9011', '810', '0011', '1', '8']) {
          const number = `${prefix}442012345678`;
          const response = await prober.request('INVITE', {
            uri: `sip:${number}@example.com`,
            callId: `probe-${number}`,
          });
          assert.equal(statusOf(response!), 401);
        }
        await lab.awaitBlock(71, 25_000);
        const probes = lab.signals().filter((signal) => signal.reason === 'dial_probe');
        assert.ok(
          probes.every(
            ({ address, proven, status }) => address.text === lab.address(71) && proven === 'yes' && status === 401,
          ),
        );
        assert.match(probes[0]?.requestUri ?? '', /442012345678@example\.com$/);
      }));

    it('passwords guessed with SUBSCRIBE and MESSAGE are seen as those of REGISTER; without credentials nothing is said', () =>
      withGuardedSbc(program, {}, async (lab) => {
        const ask = async (last: number, method: string, transport: 'tcp' | 'udp') => {
          const asker = await lab.phone(last, '1001', { transport });
          const uri = 'sip:1002@example.com';
          for (let i = 0; i < 6; i++) {
            assert.equal(statusOf((await asker.request(method, { uri, callId: `ask-${method}-${i}` }))!), 401);
          }
        };
        const guess = async (last: number, method: string, transport: 'tcp' | 'udp') => {
          const guessers = [0, 1, 2, 3, 4].map((i) => lab.phone(last, '1001', { transport, password: `${i}` }));
          for (const guesser of await Promise.all(guessers)) {
            await guesser.authenticated(method, { uri: 'sip:1002@example.com' });
          }
          await lab.awaitBlock(last);
        };
        for (const [last, method, transport] of [
          [75, 'SUBSCRIBE', 'tcp'],
          [76, 'MESSAGE', 'udp'],
        ] as const) {
          await ask(last + 10, method, transport);
          await guess(last, method, transport);
        }
        assert.deepEqual(
          new Set(lab.signals().map(({ kind, method, status, proven }) => `${kind} ${method} ${status} ${proven}`)),
          new Set(['register.failed SUBSCRIBE 401 yes', 'register.failed MESSAGE 401 yes']),
        );
        assert.deepEqual(await lab.blocked(), [lab.address(75), lab.address(76)]);
      }));

    it('whoever comes over TCP after a block of others is served', () =>
      withGuardedSbc(program, {}, async (lab) => {
        const guessers = await Promise.all(
          [0, 1, 2, 3, 4].map(() => lab.phone(77, '1001', { transport: 'tcp', password: 'x' })),
        );
        for (const [i, guesser] of guessers.entries())
          await guesser.authenticated('REGISTER', { callId: `guess-${i}` });
        await lab.awaitBlock(77);
        await sleep(500);
        for (let last = 90; last < 96; last++) {
          const phone = await lab.phone(last, '1002', { transport: 'tcp' });
          assert.equal(statusOf((await phone.request('OPTIONS'))!), 200);
        }
      }));

    it('a phone that says its wrong password again and again: out for two minutes, and not for an hour', () =>
      withGuardedSbc(program, {}, async (lab) => {
        const phone = await lab.phone(74, '1001', { password: 'mistyped' });
        for (let i = 0; i < 3; i++) assert.equal(statusOf((await phone.register())!), 401);
        await lab.awaitBlock(74);
        const { blocks } = await lab.daemon.ask('blocks');
        const [block] = blocks as unknown as readonly { readonly reason: string }[];
        assert.match(block?.reason ?? '', /^blocked for 2m: 5 failed .*; it looks like one device set wrongly/);
      }));

    it('accounts asked for one after another, no challenge answered: named and out; a phone without a password is not', () =>
      withGuardedSbc(program, { opensips: () => ({ limits: { register: 60 } }) }, async (lab) => {
        const asker = await lab.phone(72, '1001', { transport: 'tcp' });
        const phone = await lab.phone(73, '1002');
        for (let extension = 2000; extension < 2014; extension++) {
          const account = `<sip:${extension}@example.com>`;
          const response = await asker.request('REGISTER', { to: account, from: account, callId: `ask-${extension}` });
          assert.equal(statusOf(response!), 401);
          assert.equal(statusOf((await phone.request('REGISTER'))!), 401, 'the same account again and again');
        }
        await lab.awaitBlock(72, 25_000);
        const asked = lab.signals();
        assert.ok(asked.length > 0);
        for (const { address, proven, status, reason, user } of asked) {
          const seen = [address.text, proven, status, reason];
          assert.deepEqual(seen, [lab.address(72), 'yes', 401, 'query_failed']);
          assert.match(user, /^20\d\d$/);
        }
      }));

    it('forged packets "from" a trunk and "from" a registered phone: no harm to either', () =>
      withGuardedSbc(program, { opensips: (net) => ({ trunks: [`${net}.40`] }) }, async (lab) => {
        const anna = await lab.phone(20, '1001');
        assert.equal(statusOf((await anna.register())!), 200);
        await lab.awaitSignals('register.ok', 1);
        // Who forges an address does not see the answers: the opaque and the nonce are made up.
        const challenge = { realm: 'asterisk', nonce: 'f00', opaque: 'f00', qop: true };
        for (const [last, user] of [
          [40, '1002'],
          [20, '1001'],
        ] as const) {
          const forger = await lab.phone(last, user, { password: 'guess' });
          forger.challenge = challenge;
          for (let i = 0; i < 30; i++) void forger.request('REGISTER', { headers: forger.credentials('REGISTER') }, 0);
          for (let i = 0; i < 30; i++) void forger.request('INVITE', { uri: 'sip:1@evil.example', callId: `f${i}` }, 0);
        }
        await eventually(() => assert.ok(lab.signals().length >= 10));
        await sleep(3_000);
        const forged = lab.signals().filter((signal) => signal.kind !== 'register.ok');
        assert.ok(forged.length > 0);
        assert.ok(
          forged.every((signal) => signal.proven === 'no'),
          'none of it is proven',
        );
        assert.deepEqual(await lab.blocked(), []);
        assert.equal(statusOf((await anna.register())!), 200);
      }));

    it('text that is meant to break something is stored as it was sent, and breaks nothing', () =>
      withGuardedSbc(program, {}, async (lab) => {
        const texts = [
          `'; DROP TABLE failed_registrations; --`,
          '"quoted" \\ and, commas; =signs= %41 |pipes|',
          `${'$'}(id) \`id\` ${'$'}{HOME}`,
          'ünïcödé ☎ 電話',
          'E_SIPWARD,1 register.failed 1763864688 0 192.0.2.1 5060 udp 1',
          'folded\r\n over two lines',
          'a\0b',
          'x'.repeat(60_000),
        ];
        for (const [index, userAgent] of texts.entries()) {
          const wire = Buffer.from(userAgent, 'utf8').toString('latin1');
          const options = { password: 'wrong', userAgent: wire, transport: 'tcp' } as const;
          const phone = await lab.phone(80 + index, '1001', options);
          if (index < 6) await phone.register();
          await phone.request('INVITE', {
            uri: "sip:1'%3B--%00@evil.example",
            from: `${wire.slice(0, 2_000)} <sip:x@y>;tag=1`,
          });
        }
        const expected = texts.map((text) => cutText(text, MAX_TEXT));
        const unfolded = (text: string | undefined) => text?.replace(/\r\n\s+/, '\r\n ');
        await eventually(() => assert.equal(lab.signals().filter(isDoorKnock).length, texts.length));
        const knocks = lab.signals().filter(isDoorKnock);
        assert.deepEqual(
          knocks.map((signal) => unfolded(signal.userAgent)),
          expected,
        );
        assert.deepEqual(
          knocks.map((signal) => signal.requestUri),
          texts.map(() => "sip:1'%3B--%00@evil.example"),
        );
        assert.ok(knocks.every((signal, index) => signal.from.startsWith(expected[index]?.slice(0, 5) ?? '-')));
        await lab.awaitSignals('register.failed', 6);
        assert.ok(
          lab.signals().every((signal) => signal.address.text !== '192.0.2.1'),
          'a line inside a value is text',
        );
        // What the store gives back is what was sent.
        await eventually(() => {
          using database = new DatabaseSync(join(lab.daemon.stateDir, 'sipward.db'), { readOnly: true });
          const stored = (table: string) =>
            database
              .prepare(`SELECT user_agent FROM ${table} ORDER BY id`)
              .all()
              .map((row) => unfolded(String(row.user_agent)));
          assert.deepEqual(stored('door_knock_attempts'), expected);
          assert.deepEqual(stored('failed_registrations'), expected.slice(0, 6));
        });
      }));
  });
}
