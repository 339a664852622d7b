import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  findOpensips,
  NO_OPENSIPS,
  type OpensipsProgram,
  type RunningOpensips,
  withOpensips,
} from '../../../test/support/opensips.ts';
import { systemClock } from '../../lib/clock.ts';
import { accountKeys } from '../../lib/opensips/account-key.ts';
import { MiRefusal } from '../../lib/opensips/mi-client.ts';
import { runAccountKit } from '../account-enforcer.testkit.ts';
import { address, type EnforcerKit, network, runEnforcerKit } from '../enforcer.testkit.ts';
import type { EnforcedAccount } from '../enforcer.ts';
import { OpensipsMemory } from './opensips.ts';

const programs = findOpensips();
if (programs.length === 0) it('enforces in a real OpenSIPS', { skip: NO_OPENSIPS });

function enforcerFor(opensips: RunningOpensips, faults: Error[] = []): OpensipsMemory {
  const { mi, dir } = opensips.config;
  return new OpensipsMemory({ enabled: true, mi, dir }, { clock: systemClock, onFault: (error) => faults.push(error) });
}

/** One OpenSIPS for all that `use` does, started by the first. */
function shared(program: OpensipsProgram) {
  let ready: Promise<RunningOpensips> | undefined;
  let finish = () => {};
  let ended: Promise<void> = Promise.resolve();
  const start = () =>
    new Promise<RunningOpensips>((resolve, reject) => {
      ended = withOpensips(
        program,
        () => ({}),
        (opensips) => {
          resolve(opensips);
          return new Promise<void>((done) => {
            finish = done;
          });
        },
      );
      ended.catch(reject);
    });
  return {
    get: () => (ready ??= start()),
    async end() {
      finish();
      await ended;
    },
  };
}

for (const program of programs) {
  const opensips = shared(program);
  const withLab: EnforcerKit['withLab'] = async (use) => {
    const enforcer = enforcerFor(await opensips.get());
    try {
      await use({ enforcer, now: systemClock, pass: (ms) => sleep(ms) });
    } finally {
      await enforcer.start([], []);
      await enforcer.close();
    }
  };
  runEnforcerKit(`opensips ${program.version}`, { toleranceMs: 1, randomRuns: 10, withLab });
  runAccountKit(`opensips ${program.version}`, { withLab });

  describe(`opensips ${program.version}: in particular`, () => {
    it('fills OpenSIPS again after a restart', async () => {
      const running = await opensips.get();
      const enforcer = enforcerFor(running);
      const blocks = ['192.0.2.1', '198.51.100.0/24', '2001:db8::/64'].map((text) => ({
        target: network(text),
        expiresAt: systemClock() + 3_600_000,
      }));
      await enforcer.start(blocks, []);
      await running.restart();
      assert.equal(await enforcer.check(address('192.0.2.1')), false, 'the memory of OpenSIPS survived its restart');
      const before = performance.now();
      assert.deepEqual(await enforcer.reconcile(blocks, []), { added: 3, removed: 0 });
      assert.ok(performance.now() - before < 2_000);
      assert.equal(await enforcer.check(address('198.51.100.7')), true);
      assert.deepEqual(await enforcer.reconcile(blocks, []), { added: 0, removed: 0 });
      await enforcer.close();
    });

    it('says of a call that is not there what the end of calls relies on', async () => {
      const running = await opensips.get();
      const ending = running.mi.call('dialog-end', { dialog_id: '123' });
      await assert.rejects(ending, (error) => error instanceof MiRefusal && error.code === 404);
    });

    it('disables accounts again after a restart, whose keys lead to both', async () => {
      const running = await opensips.get();
      const enforcer = enforcerFor(running);
      await enforcer.start([], []);
      const [one, other] = ['example.com', 'example.net'].map((domain) => ({
        aor: `1001@${domain}`,
        expiresAt: systemClock() + 3_600_000,
      })) as [EnforcedAccount, EnforcedAccount];
      await enforcer.accounts.start([one, other]);
      await running.restart();
      assert.equal(await enforcer.accounts.check(one.aor), false, 'the memory of OpenSIPS survived its restart');
      assert.deepEqual(await enforcer.accounts.reconcile([one, other]), { added: 2, removed: 0 });
      assert.deepEqual(await enforcer.accounts.reconcile([one, other]), { added: 0, removed: 0 });
      const userKey = { system: 'local:sipward_disabled', attr: accountKeys(one.aor)[1] };
      await enforcer.accounts.enable([one.aor]);
      assert.equal(await enforcer.accounts.check(one.aor), false);
      const { value } = (await running.mi.call('cache-fetch', userKey)) as { readonly value: string };
      assert.match(value, / 1001%40example\.net$/, 'the other account of this user still is');
      await enforcer.accounts.start([]);
      await enforcer.close();
    });

    it('says that OpenSIPS is away, and goes on when it is back', async () => {
      const running = await opensips.get();
      const gone = new OpensipsMemory(
        { enabled: true, mi: 'http://127.0.0.1:1/mi', dir: running.config.dir },
        { clock: systemClock, onFault: () => {} },
      );
      await assert.rejects(gone.start([], []), /no answer of OpenSIPS at http:\/\/127\.0\.0\.1:1\/mi/);
      await gone.close();
    });

    it('ends', () => opensips.end());
  });
}
