/** A campaign from the signals to the rows, through the real detectors, policy and store. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOW, signal } from '../../test/support/signals.ts';
import { configSchema } from '../config/schema.ts';
import { DryRun, dryRunConfig } from '../enforcers/dry-run/dry-run.ts';
import { NO_GEOGRAPHY } from '../pipeline/intel.ts';
import type { Signal } from '../pipeline/signal.ts';
import { openEngine } from '../store/open-engine.ts';
import { SqlStore } from '../store/sql-store.ts';
import type { StoredEvent } from '../store/store.ts';
import { Enforcement } from './enforcement.ts';
import { Guard } from './guard.ts';
import { buildPipeline } from './pipeline-parts.ts';
import { Recorder } from './recorder.ts';

const BOTS: readonly Signal[] = [1, 2, 3, 4].map((i) =>
  signal({
    kind: 'request.refused',
    reason: 'decoy',
    at: NOW + i,
    ip: `198.18.${i}.7`,
    user: `${i}`,
    userAgent: 'kr4k3n/0.3',
    proven: 'yes',
  }),
);

/** As the daemon is made of parts, over `store`. */
async function engineOver(store: SqlStore) {
  const clock = () => NOW + 1000;
  const enforcer = new DryRun(dryRunConfig.parse({}), { clock });
  const enforcement = new Enforcement({
    enforcers: [enforcer],
    fallback: enforcer,
    clock,
    onFault: assert.fail,
    onRepair: assert.fail,
  });
  await enforcement.start([], []);
  const recorder = new Recorder({ store, maxRows: 1000, onFault: assert.fail });
  const { pipeline } = buildPipeline(configSchema.parse({}), assert.fail);
  const nothing = () => undefined;
  return {
    recorder,
    guard: new Guard({
      pipeline,
      enforcement,
      recorder,
      geography: NO_GEOGRAPHY,
      clock,
      onAhead: nothing,
      onOutcome: nothing,
    }),
  };
}

/** Takes the signals in pieces as a source would, from the `from`-th on, until the `to`-th. */
async function take(store: SqlStore, from: number, to: number): Promise<void> {
  const { guard, recorder } = await engineOver(store);
  for (const [i, one] of BOTS.slice(0, to).entries()) {
    // What was committed before the crash warms up only; nothing of it is written again.
    if (i >= from) guard.take('edge', [one], [one], i);
    else guard.take('edge', [one], undefined, i);
    await recorder.drained;
  }
}

const told = (events: readonly StoredEvent[]) =>
  events.map(({ identity, type, campaign }) => [identity, type, campaign]).sort();

test('all events of a campaign name it: those found before it formed, and their blocks', async () => {
  const store = new SqlStore(await openEngine({ type: 'sqlite', path: ':memory:' }, ''));
  await take(store, 0, 2);
  const before = await store.events({});
  assert.deepEqual(
    before.map(({ type, campaign }) => [type, campaign]),
    [
      ['ip_blocked', null],
      ['decoy_touched', null],
      ['ip_blocked', null],
      ['decoy_touched', null],
    ],
  );
  // The input is read again from the beginning, as after a crash before the position was written.
  await take(store, 0, 4);
  const events = await store.events({});
  const [{ campaign } = assert.fail(), ...others] = await store.campaigns({ since: 0, limit: 9 });
  assert.deepEqual(others, []);
  assert.equal(events.length, 4 + 4 + 1);
  assert.deepEqual(new Set(events.map((event) => event.campaign)), new Set([campaign]));
  // And once more: every step is idempotent.
  await take(store, 0, 4);
  assert.deepEqual(told(await store.events({})), told(events));
  await store.close();
});

test('an operator finds it by its id, by its events folded, and by an address', async () => {
  const store = new SqlStore(await openEngine({ type: 'sqlite', path: ':memory:' }, ''));
  await take(store, 0, 4);
  const [{ campaign, events, sources, over } = assert.fail()] = await store.campaigns({ since: NOW, limit: 1 });
  assert.deepEqual([events, sources, over], [9, 4, false]);
  assert.deepEqual((await store.foldedEvents({})).events, []);
  assert.equal((await store.dossier({ ip: '198.18.2.7' }, 5)).events[0]?.campaign, campaign);
  await store.close();
});
