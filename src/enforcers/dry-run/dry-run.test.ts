import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runAccountKit } from '../account-enforcer.testkit.ts';
import { address, type EnforcerLab, network, runEnforcerKit } from '../enforcer.testkit.ts';
import { DryRun, dryRunConfig } from './dry-run.ts';

const START_MS = Date.UTC(2026, 0, 1);

async function withLab(use: (lab: EnforcerLab & { enforcer: DryRun }) => Promise<void>, config: unknown = {}) {
  let now = START_MS;
  const enforcer = new DryRun(dryRunConfig.parse(config), { clock: () => now });
  const pass = async (ms: number) => {
    now += ms;
  };
  await use({ enforcer, now: () => now, pass });
}

runEnforcerKit('dry-run', { withLab, toleranceMs: 0, randomRuns: 300 });
runAccountKit('dry-run', { withLab });

describe('dry-run', () => {
  it('says that it drops nothing', () =>
    withLab(async ({ enforcer }) => {
      assert.equal(enforcer.name, 'dry-run');
      assert.equal(enforcer.capabilities.enforces, false);
    }));

  it('forgets the block added longest ago when full, and counts it', () =>
    withLab(
      async ({ enforcer, now }) => {
        const add = (text: string) => enforcer.add([{ target: network(text), expiresAt: now() + 1000 }]);
        for (const text of ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.1', '192.0.2.4']) await add(text);
        assert.equal(enforcer.evicted, 1);
        assert.equal(await enforcer.check(address('192.0.2.2')), false);
        assert.deepEqual(
          (await enforcer.list()).map((block) => block.target.text),
          ['192.0.2.3', '192.0.2.1', '192.0.2.4'],
        );
      },
      { 'max-entries': 3 },
    ));

  it('counts no block that had ended as forgotten before its time', () =>
    withLab(
      async ({ enforcer, now, pass }) => {
        await enforcer.add([{ target: network('192.0.2.1'), expiresAt: now() + 1000 }]);
        await pass(1000);
        await enforcer.add([{ target: network('192.0.2.2'), expiresAt: undefined }]);
        assert.equal(enforcer.evicted, 0);
      },
      { 'max-entries': 1 },
    ));

  it('mends ends that differ', () =>
    withLab(async ({ enforcer, now }) => {
      const target = network('192.0.2.1');
      await enforcer.start([{ target, expiresAt: now() + 9000 }], []);
      assert.deepEqual(await enforcer.reconcile([{ target, expiresAt: now() + 5000 }], []), { added: 1, removed: 0 });
      assert.deepEqual(await enforcer.list(), [{ target, expiresAt: now() + 5000 }]);
    }));

  it('refuses unknown keys and sizes out of range', () => {
    assert.equal(dryRunConfig.safeParse({ 'max-entires': 5 }).success, false);
    assert.equal(dryRunConfig.safeParse({ 'max-entries': 0 }).success, false);
    assert.deepEqual(dryRunConfig.parse({}), { 'max-entries': 100_000 });
  });
});
