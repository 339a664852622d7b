/** An attacker behind the address of an office: the port that he sends from is shut, and the phones beside him go on. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../support/daemon.ts';
import { type GuardedLab, withGuardedSbc } from './guarded-sbc.ts';
import type { Phone } from './phone.ts';
import { announce, missing, programs } from './sbc-lab.ts';
import { statusOf } from './sip-message.ts';

announce('shared address', missing);

const SETTINGS = { sipward: { policy: { 'known-good': { 'on-attack': 'port' } } } } as const;
/** The last number of the address that all share: two sockets of one address are what two phones behind NAT look like. */
const OFFICE = 20;

async function guess(attacker: Phone, account: number): Promise<number | undefined> {
  const aor = `<sip:${account}@example.com>`;
  const response = await attacker.authenticated('REGISTER', { from: `${aor};tag=${account}`, to: aor });
  return response && statusOf(response);
}

async function isServed(phone: Phone): Promise<boolean> {
  const response = await phone.request(
    'REGISTER',
    { headers: [['Expires', '300'], ...phone.credentials('REGISTER')] },
    700,
  );
  return response !== undefined && [200, 401].includes(statusOf(response));
}

/** Guesses at one account after another until nothing comes back; without haste when enough were made to be found. */
async function guessUntilShut(attacker: Phone, from: number): Promise<void> {
  for (let guesses = 0; guesses < 40; guesses++) {
    if (!(await isServed(attacker))) return;
    await guess(attacker, from + guesses);
    if (guesses >= 12) await sleep(300);
  }
  throw new Error('the port stays open');
}

const portOf = (lab: GuardedLab, protocol: 'udp' | 'tcp', phone: Phone) =>
  `${protocol}:${lab.address(OFFICE)}:${phone.local.port}`;

for (const program of missing === undefined ? programs : []) {
  describe(`behind the address of an office, OpenSIPS ${program.version}`, () => {
    it('the port of an attacker is shut, and so is the next one, while phones register and call', () =>
      withGuardedSbc(program, SETTINGS, async (lab) => {
        const anna = await lab.phone(OFFICE, '1001');
        const ben = await lab.phone(OFFICE, '1002', { transport: 'tcp' });
        for (const phone of [anna, ben]) assert.equal(statusOf((await phone.register())!), 200);
        await lab.awaitSignals('register.ok', 2);

        const attacker = await lab.phone(OFFICE, '1001', { password: 'guess' });
        await guessUntilShut(attacker, 9000);
        assert.deepEqual(await lab.blocked(), [portOf(lab, 'udp', attacker)]);
        for (const phone of [anna, ben]) assert.equal(statusOf((await phone.register())!), 200);
        const { response, hangUp } = await anna.call('600');
        assert.equal(statusOf(response!), 200);
        await hangUp();

        const again = await lab.phone(OFFICE, '1001', { password: 'guess', transport: 'tcp' });
        await guessUntilShut(again, 9100);
        assert.deepEqual(await lab.blocked(), [portOf(lab, 'tcp', again), portOf(lab, 'udp', attacker)]);
        for (const phone of [anna, ben]) assert.equal(statusOf((await phone.register())!), 200);
        assert.equal(ben.closed, false);

        const status = JSON.parse((await lab.daemon.run('opensips', 'status', '--json')).stdout);
        assert.deepEqual([...status.blocks].sort(), await lab.blocked(), 'OpenSIPS holds them');
        await lab.opensips.restart();
        await anna.register();
        await eventually(async () => assert.equal(await isServed(attacker), false, 'shut again after a restart'));

        await lab.daemon.ask('unblock', lab.address(OFFICE));
        assert.deepEqual(await lab.blocked(), []);
        assert.ok(await isServed(attacker));
      }));

    it('a phone that is registered is never shut out, whatever comes from its port', () =>
      withGuardedSbc(program, SETTINGS, async (lab) => {
        const anna = await lab.phone(OFFICE, '1001');
        assert.equal(statusOf((await anna.register())!), 200);
        await lab.awaitSignals('register.ok', 1);
        for (let account = 9000; account < 9012; account++) await guess(anna, account);
        await lab.awaitSignals('register.failed', 12);
        await eventually(async () => {
          const { events } = await lab.daemon.ask('events', '--type', 'block_held');
          const [held] = events as unknown as readonly { readonly description: string }[];
          assert.match(held?.description ?? '', /which carries 1 live registration and 0 calls/);
        });
        assert.deepEqual(await lab.blocked(), []);
        assert.equal(statusOf((await anna.register())!), 200);
      }));
  });
}
