import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NOW, series, signal } from '../../test/support/signals.ts';
import { configSchema } from '../config/schema.ts';
import { DryRun, dryRunConfig } from '../enforcers/dry-run/dry-run.ts';
import type { Enforced } from '../enforcers/enforcer.ts';
import { NO_GEOGRAPHY } from '../pipeline/intel.ts';
import type { Outcome } from '../pipeline/pipeline.ts';
import type { Commit } from '../store/store.ts';
import { Enforcement } from './enforcement.ts';
import { Guard } from './guard.ts';
import { buildPipeline } from './pipeline-parts.ts';
import { Recorder } from './recorder.ts';

/** A slow enforcer: says what it holds only after a while. */
class Slow extends DryRun {
  override async add(blocks: readonly Enforced[]): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 30));
    await super.add(blocks);
  }
}

async function make(config: unknown = {}) {
  const written: { commit: Commit; inForce: readonly string[]; accounts: readonly string[] }[] = [];
  const clock = () => NOW;
  const enforcer = new Slow(dryRunConfig.parse({}), { clock });
  const enforcement = new Enforcement({
    enforcers: [enforcer],
    fallback: enforcer,
    clock,
    onFault: assert.fail,
    onRepair: assert.fail,
  });
  await enforcement.start([], []);
  const store = {
    async commit(commit: Commit) {
      written.push({
        commit,
        inForce: (await enforcer.list()).map((one) => one.target.text),
        accounts: (await enforcer.accounts.list()).map(({ aor }) => aor),
      });
    },
  };
  const recorder = new Recorder({ store, maxRows: 1000, onFault: assert.fail });
  const { pipeline } = buildPipeline(configSchema.parse(config), assert.fail);
  const told: Outcome[] = [];
  const ahead: [string, number][] = [];
  const guard = new Guard({
    pipeline,
    enforcement,
    recorder,
    geography: { ...NO_GEOGRAPHY, country: () => 'DE' },
    clock,
    onAhead: (...of) => ahead.push(of),
    onOutcome: (outcome) => told.push(outcome),
  });
  return { guard, recorder, written, told, ahead, disabled: () => enforcement.disabledAccounts };
}

describe('guard', () => {
  test('takes what comes from the future for what happens now, and says so once', async () => {
    const { guard, recorder, written, told, ahead } = await make();
    const day = 86_400_000;
    const wrong = [
      signal({ ip: '203.0.113.99', at: NOW + 20 * day }),
      signal({ ip: '203.0.113.99', at: NOW + 21 * day }),
    ];
    guard.take('edge', wrong, wrong, 1);
    guard.take('edge', wrong, wrong, 2);
    const attack = series(5, 1000);
    guard.take('edge', attack, attack, 3);
    await recorder.drained;
    assert.deepEqual(ahead, [['edge', 20 * day]]);
    const stored = written.flatMap(({ commit }) => commit.signals.map(({ at }) => at));
    assert.deepEqual(stored.slice(0, 4), [NOW, NOW, NOW, NOW]);
    assert.deepEqual(
      told.map(({ decision }) => [decision.action, decision.target?.text, decision.at]),
      [['block', '203.0.113.7', NOW + 4000]],
      'the others are detected all the same',
    );
  });

  test('enforces first and writes second, everything in one commit', async () => {
    const { guard, recorder, written, told } = await make();
    const signals = series(5, 1000);
    guard.take('edge', signals, signals, 42);
    await recorder.drained;
    const [{ commit, inForce } = assert.fail()] = written;
    assert.deepEqual(inForce, ['203.0.113.7'], 'in force before it is written');
    assert.deepEqual([commit.source, commit.position, commit.signals.length], ['edge', 42, 5]);
    assert.deepEqual(
      commit.events.map((event) => event.type),
      ['brute_force_detected', 'ip_blocked'],
    );
    assert.deepEqual(
      commit.blocks.map((block) => [block.target, block.by]),
      [['203.0.113.7', 'brute-force (dry run)']],
    );
    assert.equal(told.length, 1);
    assert.deepEqual(guard.counts, { signals: 5, findings: 1, tooLate: 0 });
  });

  test('disables accounts first and writes second', async () => {
    const { guard, recorder, written, disabled } = await make({
      policy: { accounts: { 'on-attack': 'disable' } },
      detectors: { 'toll-fraud': { 'burst-cents': 10 } },
    });
    const account = { ip: '198.51.100.20', user: '1001', at: NOW };
    const calls = ['1', '2', '3'].map((callId) =>
      signal({ ...account, kind: 'call.started', callId, requestUri: `sip:0088161234567${callId}@example.com` }),
    );
    guard.take('edge', [signal({ ...account, kind: 'register.ok', status: 200 }), ...calls], [], 1);
    await recorder.drained;
    const [{ commit, accounts } = assert.fail()] = written;
    assert.deepEqual(accounts, ['1001@example.com'], 'in force before it is written');
    assert.deepEqual(
      commit.disabled?.map(({ aor, by }) => [aor, by]),
      [['1001@example.com', 'toll-fraud (dry run)']],
    );
    assert.deepEqual(
      commit.events.map(({ type, aor }) => [type, aor]),
      [
        ['toll_fraud_suspected', '1001@example.com'],
        ['account_disabled', '1001@example.com'],
      ],
    );
    assert.equal(disabled(), 1);
  });

  test('a position without rows is written too: lines that mean nothing are not read again', async () => {
    const { guard, recorder, written } = await make();
    guard.take('edge', [], [], 7);
    await recorder.drained;
    assert.deepEqual(
      written.map(({ commit }) => commit.position),
      [7],
    );
  });

  test('without room for rows only what was found is written', async () => {
    const { guard, recorder, written } = await make();
    guard.take('edge', [signal()], undefined, 7);
    guard.take('edge', series(4, 1000), undefined, 7);
    await recorder.drained;
    assert.deepEqual(
      written.map(({ commit }) => [commit.signals.length, commit.blocks.length, commit.position]),
      [[0, 1, 7]],
    );
  });

  test('what was decided already is not decided again, but its rows are written', async () => {
    const { guard, recorder, written } = await make();
    guard.take('edge', [], series(9, 1000), 9);
    await recorder.drained;
    assert.deepEqual(
      written.map(({ commit }) => [commit.signals.length, commit.events.length]),
      [[9, 0]],
    );
  });

  test('a block whose time is up when it is decided keeps nobody out, and says so in all places', async () => {
    const { guard, recorder, written, told } = await make();
    const attack = series(5, 1000, { at: NOW - 3 * 86_400_000 });
    guard.take('edge', attack, attack, 1);
    await recorder.drained;
    const [{ commit, inForce } = assert.fail()] = written;
    assert.deepEqual(inForce, []);
    const text = /^not kept out, for it happened 2d23h ago and the time is up: blocked for /;
    assert.match(commit.blocks[0]?.reason ?? '', text);
    for (const event of commit.events) assert.match(event.description, text, event.type);
    assert.match(told[0]?.decision.reason ?? '', text);
    assert.equal(guard.counts.tooLate, 1);
  });

  test('an attack that goes on in a dry run is told once', async () => {
    const { guard, told } = await make();
    guard.take('edge', series(100, 1000), undefined, 0);
    assert.equal(told.length, 1);
  });
});
