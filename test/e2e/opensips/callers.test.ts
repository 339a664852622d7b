/** Who makes a call: the account whose credentials the back end accepted, whoever is written into From. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OPEN_NUMBER, withCredentialServer } from '../../support/credential-server.ts';
import { eventually, type LentDaemon, withDaemon } from '../../support/daemon.ts';
import { type OpensipsProgram, type RunningOpensips, withOpensips } from '../../support/opensips.ts';
import { hasProgram } from '../../support/program.ts';
import { configuration, withGuardedSbc } from './guarded-sbc.ts';
import { Phone, type PhoneOptions, type RequestOptions } from './phone.ts';
import { ACCOUNTS, announce, missing, programs, signalsOf } from './sbc-lab.ts';
import { methodOf, statusOf } from './sip-message.ts';

const noKamailio = hasProgram('kamailio') ? undefined : 'Kamailio is not on the PATH';
announce('callers', missing ?? noKamailio);

const SETTINGS = {
  policy: { accounts: { 'on-attack': 'disable', 'disable-for': '1h' } },
  detectors: { 'toll-fraud': { 'burst-cents': 10 } },
} as const;
/** Three dear calls at once are a burst, also of a new account. */
const DEAR = ['00881612345678', '00882112345678', '00883512345678'];
const from = (user: string) => ({ from: `<sip:${user}@example.com>;tag=t${Math.random()}` });

interface Lab {
  readonly opensips: RunningOpensips;
  readonly daemon: LentDaemon;
  phone(last: number, user: string, options?: Partial<PhoneOptions>): Promise<Phone>;
  disabled(): Promise<readonly string[]>;
  /** Accounts that something was found about, and how bad. */
  accused(): Promise<readonly string[]>;
}

/** OpenSIPS, sipward, and a back end that goes by the credentials alone. */
async function withCredentialLab(program: OpensipsProgram, use: (lab: Lab) => Promise<void>): Promise<void> {
  await withOpensips(
    program,
    () => ({}),
    async (opensips) => {
      const backEnd = { host: `${opensips.net}.2`, port: 5060 };
      await withCredentialServer(backEnd, ACCOUNTS, () =>
        withDaemon({ config: configuration(opensips, SETTINGS) }, async (daemon) => {
          await using phones = new AsyncDisposableStack();
          await use(labOf(opensips, daemon, phones));
        }),
      );
    },
  );
}

function labOf(opensips: RunningOpensips, daemon: LentDaemon, phones: AsyncDisposableStack): Lab {
  return {
    opensips,
    daemon,
    async phone(last, user, options = {}) {
      const password = ACCOUNTS.find((account) => account.user === user)?.password ?? '';
      const [source, proxy] = [`${opensips.net}.${last}`, { address: `${opensips.net}.1`, port: 5060 }];
      return phones.use(await Phone.open({ from: source, proxy, user, password, ...options }));
    },
    disabled: () => disabledBy(daemon),
    async accused() {
      const { events } = await daemon.ask('events');
      const told = events as unknown as readonly { readonly type: string; readonly aor: string | null }[];
      return [...new Set(told.flatMap(({ type, aor }) => (aor === null ? [] : [`${type} ${aor}`])))].toSorted();
    },
  };
}

async function disabledBy(daemon: LentDaemon): Promise<readonly string[]> {
  const { accounts } = await daemon.ask('disabled');
  return (accounts as unknown as readonly { readonly aor: string }[]).map(({ aor }) => aor);
}

async function statusOfCall(phone: Phone, number: string, extra: RequestOptions = {}): Promise<number> {
  const { response, hangUp } = await phone.call(number, extra);
  const status = response === undefined ? 0 : statusOf(response);
  if (status === 200) await hangUp();
  return status;
}

/** Started calls as sipward sees them: From, credentials. */
const calls = (opensips: RunningOpensips) =>
  signalsOf(opensips)
    .filter(({ kind }) => kind === 'call.started')
    .map(({ user, authUser, authRealm }) => `${user} ${authUser} ${authRealm}`);

for (const program of noKamailio === undefined && missing === undefined ? programs : []) {
  describe(`a back end that goes by the credentials alone, OpenSIPS ${program.version}`, () => {
    it('an account that calls in the name of another is disabled itself, and the other calls on', () =>
      withCredentialLab(program, async (lab) => {
        const [thief, victim] = [await lab.phone(20, '1001'), await lab.phone(21, '1002')];
        for (const phone of [thief, victim]) assert.equal(statusOf((await phone.register())!), 200);
        for (const number of DEAR) assert.equal(statusOf((await thief.call(number, from('1002'))).response!), 200);
        await eventually(async () => assert.deepEqual(await lab.disabled(), ['1001@example.com']));
        assert.deepEqual(await lab.accused(), [
          'account_disabled 1001@example.com',
          'toll_fraud_suspected 1001@example.com',
        ]);
        assert.deepEqual(calls(lab.opensips), Array(3).fill('1002 1001 pbx'));
        await eventually(() => assert.equal(thief.received.filter((one) => methodOf(one) === 'BYE').length, 3));

        for (const user of ['1002', '1001', 'x']) assert.equal(await statusOfCall(thief, '600', from(user)), 403, user);
        assert.equal(await statusOfCall(thief, '112', from('1002')), 200, 'for help');
        assert.equal(await statusOfCall(victim, '600'), 200);
        assert.equal(statusOf((await thief.register())!), 200, 'it can be called');
      }));

    it('a disabled account does not get by with credentials that can be read in two ways', () =>
      withCredentialLab(program, async (lab) => {
        const phone = await lab.phone(20, '1001');
        const honest = await lab.phone(21, '1002');
        for (const one of [phone, honest]) assert.equal(await statusOfCall(one, '600', from('x')), 200);
        await lab.daemon.ask('disable', '1001@example.com');
        const [[, own] = ['', '']] = phone.credentials('INVITE', 'sip:600@example.com');
        const disguises = [
          ['Proxy-Authorization: Digest username="x", realm="pbx", nonce="n", uri="u", response="r"', own],
          ['Authorization: Digest username="x", realm="pbx", nonce="n", uri="u", response="r"', own],
          [own.replace('username="1001"', 'username="1001", username="x"')],
          [own.replace('username="1001"', 'username="x", username="1001"')],
          [own.replace('username="1001"', 'username="\\1001"')],
          [own.replace('username="1001"', '\r\n username =\r\n "1001"')],
          [own.replace('username="1001"', 'username=1001')],
          [own.replace('username="1001"', 'username="1001@example.com"')],
          [`${own}${', x="username="'.repeat(50)}`],
          [`${own}, x="${'x'.repeat(30_000)}"`],
          [...Array(40).fill('Authorization: Digest username="x"'), own],
        ];
        for (const [i, values] of disguises.entries()) {
          const headers = values.map((value): [string, string] => {
            const [name = '', text = ''] = /^[A-Za-z-]+: /.test(value)
              ? value.split(/: (.*)/s)
              : ['Authorization', value];
            return [name, text];
          });
          const options = { uri: 'sip:600@example.com', callId: `d${i}`, headers, ...from('1002') };
          assert.equal(statusOf((await phone.request('INVITE', options))!), 403, headers.join('\n'));
        }
        const [[, other] = ['', '']] = honest.credentials('INVITE', 'sip:600@example.com');
        for (const headers of [
          [['Authorization', other]],
          [
            ['Authorization', other],
            ['Proxy-Authorization', other],
          ],
        ]) {
          const options = { uri: 'sip:600@example.com', headers: headers as [string, string][], ...from('1002') };
          assert.notEqual(
            statusOf((await honest.request('INVITE', { ...options, callId: `h${headers.length}` }))!),
            403,
          );
        }
        assert.doesNotMatch(lab.opensips.log(), /ERROR:core:(?!pv_get_authattr|parse_)/);
      }));

    it('is watched for accounts that authenticate over TCP and never register, and not for a trunk', () =>
      withCredentialLab(program, async (lab) => {
        const pbx = await lab.phone(20, '1001', { transport: 'tcp' });
        const trunk = await lab.phone(21, '1002', { transport: 'tcp' });
        for (let i = 0; i < 4; i++) {
          assert.equal(await statusOfCall(trunk, OPEN_NUMBER, from(`+4930123456${i}`)), 200, 'of a trunk');
        }
        for (const [i, number] of DEAR.entries())
          assert.equal(statusOf((await pbx.call(number, from(`+4930123457${i}`))).response!), 200, number);
        await eventually(async () => assert.deepEqual(await lab.disabled(), ['1001@example.com']));
        assert.deepEqual(await lab.accused(), [
          'account_disabled 1001@example.com',
          'toll_fraud_suspected 1001@example.com',
        ]);
        assert.equal(await statusOfCall(pbx, '600', from('+49301234579')), 403);
      }));

    it('a name in credentials that were refused, or that nobody asked for, is nobody called', () =>
      withCredentialLab(program, async (lab) => {
        const victim = await lab.phone(21, '1002');
        assert.equal(statusOf((await victim.register())!), 200);
        const guesser = await lab.phone(20, '1002', { transport: 'tcp', password: 'wrong' });
        for (const number of DEAR) {
          guesser.challenge = undefined;
          assert.equal(await statusOfCall(guesser, number, from('1001')), 401, number);
        }
        const forged = `Digest username="1002", realm="pbx", nonce="n", uri="sip:x", response="${'0'.repeat(32)}"`;
        const stranger = await lab.phone(22, '1001', { transport: 'tcp' });
        for (let i = 0; i < 5; i++) {
          const headers = [
            ['Content-Type', 'application/sdp'],
            ['Authorization', forged],
          ] as const;
          assert.equal(await statusOfCall(stranger, OPEN_NUMBER, { ...from('1001'), headers }), 200);
        }
        await eventually(() => assert.deepEqual(calls(lab.opensips), Array(5).fill('  ')));
        const failed = signalsOf(lab.opensips).filter(({ kind }) => kind === 'call.failed');
        assert.deepEqual(
          failed.map(({ user, authUser }) => `${user} ${authUser}`),
          Array(3).fill('1001 1002'),
        );
        await lab.daemon.ask('events');
        assert.deepEqual(await lab.disabled(), []);
        assert.deepEqual(await lab.accused(), []);
      }));
  });

  describe(`Asterisk behind OpenSIPS ${program.version}`, () => {
    it('a phone whose credentials have another name than its account has one history', () =>
      withGuardedSbc(program, { sipward: SETTINGS }, async (lab) => {
        const phone = await lab.phone(20, '1003');
        assert.equal(statusOf((await phone.register())!), 200);
        for (const number of DEAR) assert.equal(statusOf((await phone.call(number)).response!), 200, number);
        await eventually(async () => assert.deepEqual(await disabledBy(lab.daemon), ['1003@example.com']));
        assert.deepEqual(calls(lab.opensips), Array(3).fill('1003 desk-3 asterisk'));
        const [registered] = lab.signals().filter(({ kind }) => kind === 'register.ok');
        assert.deepEqual([registered?.user, registered?.authUser], ['1003', 'desk-3']);
        const [ended] = await lab.awaitSignals('call.ended', 3);
        assert.deepEqual([ended?.user, ended?.authUser], ['1003', 'desk-3']);
        assert.equal(await statusOfCall(phone, '600'), 403);
      }));
  });
}
