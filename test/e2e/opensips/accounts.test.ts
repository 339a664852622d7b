/** An account that somebody else uses is disabled: it calls nobody but for help, and whoever shares its address goes on. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../support/daemon.ts';
import { type GuardedLab, withGuardedSbc } from './guarded-sbc.ts';
import type { Phone } from './phone.ts';
import { announce, missing, programs } from './sbc-lab.ts';
import { methodOf, statusOf } from './sip-message.ts';

announce('accounts', missing);

const ACCOUNT = '1001@example.com';
/** Three dear calls at once are a burst, also of a new account. */
const SETTINGS = {
  sipward: {
    policy: { accounts: { 'on-attack': 'disable', 'disable-for': '1h' } },
    detectors: { 'toll-fraud': { 'burst-cents': 10 } },
  },
} as const;
const DEAR = ['00881612345678', '00882112345678', '00883512345678'];

async function statusOfCall(phone: Phone, number: string, extra: Parameters<Phone['call']>[1] = {}): Promise<number> {
  const { response, hangUp } = await phone.call(number, extra);
  const status = response === undefined ? 0 : statusOf(response);
  if (status === 200) await hangUp();
  return status;
}

async function disabledBySipward(lab: GuardedLab): Promise<readonly string[]> {
  const { accounts } = await lab.daemon.ask('disabled');
  return (accounts as unknown as readonly { readonly aor: string }[]).map(({ aor }) => aor);
}

const disabledInOpensips = async (lab: GuardedLab): Promise<readonly string[]> => {
  const { stdout } = await lab.daemon.run('opensips', 'status', '--json');
  return (JSON.parse(stdout) as { readonly disabled: readonly string[] }).disabled;
};

/** Requests refused for a disabled account, by all signals together. */
function refusals(lab: GuardedLab): number {
  const counted = lab.signals().filter(({ reason }) => reason === 'account_disabled');
  return counted.reduce((sum, { count }) => sum + count, 0);
}

async function registered(lab: GuardedLab, last: number, user: string): Promise<Phone> {
  const phone = await lab.phone(last, user);
  assert.equal(statusOf((await phone.register())!), 200);
  return phone;
}

for (const program of missing === undefined ? programs : []) {
  describe(`accounts, OpenSIPS ${program.version}`, () => {
    it('toll fraud: the account is disabled, its calls end, the other phone at that address calls on', () =>
      withGuardedSbc(program, SETTINGS, async (lab) => {
        const stolen = await registered(lab, 20, '1001');
        const honest = await registered(lab, 20, '1002');
        for (const number of DEAR) assert.equal(statusOf((await stolen.call(number)).response!), 200, number);
        await eventually(async () => assert.deepEqual(await disabledBySipward(lab), [ACCOUNT]));
        await eventually(async () => assert.deepEqual(await disabledInOpensips(lab), [ACCOUNT]));
        await eventually(() => assert.equal(stolen.received.filter((one) => methodOf(one) === 'BYE').length, 3));

        assert.equal(await statusOfCall(stolen, DEAR[0]!), 403);
        assert.equal(await statusOfCall(stolen, '600'), 403, 'any call');
        assert.equal(await statusOfCall(honest, '600'), 200);
        assert.equal(await statusOfCall(stolen, '112'), 200, 'for help');
        assert.equal(statusOf((await stolen.register())!), 200, 'it can be called');
        const [refused] = (await lab.awaitSignals('call.failed', 1)).filter(
          ({ reason }) => reason === 'account_disabled',
        );
        assert.deepEqual([refused?.user, refused?.address.text], ['1001', lab.address(20)]);

        await lab.daemon.ask('enable', ACCOUNT, '--reason', 'new password');
        assert.equal(await statusOfCall(stolen, '600'), 200, 'at once');
        const why = await lab.daemon.ask('why', ACCOUNT);
        const events = (why.history as unknown as { readonly events: readonly { readonly type: string }[] }).events;
        assert.deepEqual(events.map(({ type }) => type).toSorted(), [
          'account_disabled',
          'account_enabled',
          'toll_fraud_suspected',
        ]);
      }));

    it('a disabled phone that tries on and on is no attacker, and its address is not blocked', () =>
      withGuardedSbc(program, SETTINGS, async (lab) => {
        const phone = await registered(lab, 20, '1001');
        await lab.daemon.ask('disable', ACCOUNT);
        for (let i = 0; i < 25; i++) assert.equal(await statusOfCall(phone, `60${i}`), 403);
        const seconds = await lab.awaitSignals('call.failed', 1, lab.address(20));
        assert.ok(seconds.length < 25, 'one signal a second, not one a call');
        await eventually(() => assert.equal(refusals(lab), 25));
        await sleep(1_000);
        assert.deepEqual(await lab.blocked(), []);
        const { events } = await lab.daemon.ask('events');
        assert.deepEqual(
          (events as unknown as readonly { type: string }[]).map(({ type }) => type),
          ['account_disabled'],
        );
      }));

    it('no spelling gets round it, and nothing else is hit', () =>
      withGuardedSbc(program, SETTINGS, async (lab) => {
        const phone = await registered(lab, 20, '1001');
        const from = (user: string) => ({ from: `<sip:${user}>;tag=${user.length}x` });
        const spelled = [
          '%31001@example.com',
          '%31001;a=%25@example.com',
          '1001@EXAMPLE.com',
          '1%30%30%31@example.com',
          '1001;a=b@example.com',
        ];
        // The back end takes the escaped name for the account: it would be a way round.
        assert.equal(await statusOfCall(phone, '600', from(spelled[0]!)), 200);
        await lab.daemon.ask('disable', ACCOUNT);
        // Without credentials, so that From alone counts: whoever is not disabled is challenged.
        const asked = async (extra: { readonly from: string }) =>
          statusOf((await phone.request('INVITE', { uri: 'sip:600@example.com', callId: extra.from, ...extra }))!);
        for (const user of spelled) assert.equal(await asked(from(user)), 403, user);
        await eventually(() => assert.equal(refusals(lab), spelled.length, 'each for being disabled'));
        assert.equal(await asked({ from: '<tel:1001>;tag=x' }), 403, 'as a number');
        for (const user of ['%zz1001', '%2531001', '%', '%0a1001', 'j%c3%b6rg', '1001%7f', '11001']) {
          assert.notEqual(await asked(from(`${user}@example.com`)), 403, user);
        }
        assert.equal(await asked(from('1002@example.com')), 401);
        assert.equal(await statusOfCall(phone, '600', from('1002@example.com')), 403, 'by its credentials');
        assert.doesNotMatch(lab.opensips.log(), /ERROR:core:.*(escape|hex|transform)/i);
        for (const number of ['1120', '0112', '112x', '112;user=phone']) {
          assert.equal(await statusOfCall(phone, number), 403, `${number} is no emergency number`);
        }
        const message = await phone.authenticated('MESSAGE', { uri: 'sip:600@example.com' });
        assert.equal(statusOf(message!), 403);
      }));

    it('an emergency call that runs is not ended', () =>
      withGuardedSbc(program, SETTINGS, async (lab) => {
        const phone = await registered(lab, 20, '1001');
        const [help, chat] = [await phone.call('112'), await phone.call('600')];
        assert.deepEqual([statusOf(help.response!), statusOf(chat.response!)], [200, 200]);
        await lab.daemon.ask('disable', ACCOUNT);
        await eventually(() => assert.equal(phone.received.filter((one) => methodOf(one) === 'BYE').length, 1));
        await sleep(500);
        assert.equal(phone.received.filter((one) => methodOf(one) === 'BYE').length, 1);
        assert.equal(statusOf((await help.hangUp())!), 200, 'the call was there to be ended');
      }));

    it('ends on time, and outlives a restart of OpenSIPS and of sipward', () =>
      withGuardedSbc(program, SETTINGS, async (lab) => {
        const phone = await registered(lab, 20, '1001');
        await lab.daemon.ask('disable', ACCOUNT, '--for', '30s');
        assert.equal(await statusOfCall(phone, '600'), 403);
        const startedAt = performance.now();
        await lab.opensips.restart();
        await eventually(async () => assert.deepEqual(await disabledInOpensips(lab), [ACCOUNT]));
        await lab.daemon.kill();
        assert.equal(await statusOfCall(phone, '600'), 403, 'also while sipward is away');
        await lab.daemon.start();
        assert.equal(await statusOfCall(phone, '600'), 403);
        assert.deepEqual(await disabledBySipward(lab), [ACCOUNT]);
        await sleep(31_000 - (performance.now() - startedAt));
        await eventually(async () => assert.equal(await statusOfCall(phone, '600'), 200));
        await eventually(async () => {
          const { events } = await lab.daemon.ask('events', '--type', 'account_enabled');
          assert.equal((events as unknown as unknown[]).length, 1);
        });
        assert.deepEqual(await disabledInOpensips(lab), []);
      }));

    it('holds from an allowlisted address, too, when a person says so', () =>
      withGuardedSbc(program, SETTINGS, async (lab) => {
        const phone = await registered(lab, 20, '1001');
        await lab.daemon.ask('allow', 'add', lab.address(20));
        await lab.daemon.ask('disable', ACCOUNT);
        assert.equal(await statusOfCall(phone, '600'), 403);
        assert.equal(await statusOfCall(phone, '112'), 200);
      }));

    it('where domains are not checked, no other domain gets round it', () =>
      withGuardedSbc(program, { ...SETTINGS, opensips: () => ({ domains: [] }) }, async (lab) => {
        const phone = await registered(lab, 20, '1001');
        await lab.daemon.ask('disable', ACCOUNT);
        for (const from of ['sip:1001@example.com', 'sip:1001@anything.example.net', 'tel:1001']) {
          const stranger = { uri: 'sip:600@example.com', callId: from, from: `<${from}>;tag=x` };
          assert.equal(statusOf((await phone.request('INVITE', stranger))!), 403, from);
        }
        const other = await registered(lab, 20, '1002');
        assert.equal(await statusOfCall(other, '600'), 200);
      }));
  });
}
