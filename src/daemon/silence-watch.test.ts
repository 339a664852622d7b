import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NOW, series } from '../../test/support/signals.ts';
import { DryRun, dryRunConfig } from '../enforcers/dry-run/dry-run.ts';
import type { Address } from '../lib/address.ts';
import { Network } from '../lib/network.ts';
import { silenceConfig } from '../silence/config.ts';
import { Enforcement } from './enforcement.ts';
import { toldEvents } from './own-events.testkit.ts';
import { SilenceWatch } from './silence-watch.ts';
import type { RunnerHealth } from './source-runner.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const WEEK = 168 * HOUR;
const BLOCKED = '203.0.113.7';

interface Kept {
  readonly sources: Map<string, unknown>;
}

/** Keeps out, as far as anybody can tell from it. */
class Pretending extends DryRun {
  override readonly name = 'nftables' as 'dry-run';
  override readonly capabilities = {
    expires: true,
    networks: true,
    enforces: true,
  } as unknown as DryRun['capabilities'];
  holds = true;
  override async check(address: Address): Promise<boolean> {
    return this.holds && (await super.check(address));
  }
}

function make(config: object = {}) {
  const state = { now: NOW, signals: 0, missing: undefined as string | undefined, senders: new Map<string, number>() };
  const clock = () => state.now;
  const notes: string[] = [];
  const logged: string[] = [];
  const { events, open } = toldEvents(
    notes,
    ({ type, severity, description }, ip) => `${type} ${severity} ${ip}: ${description}`,
  );
  const watch = () =>
    new SilenceWatch({
      config: silenceConfig.parse(config),
      clock,
      log: { warn: (_, message) => logged.push(message) },
      events,
    });
  const runner = {
    health: (): RunnerHealth => ({
      name: 'edge',
      type: 'file-tail',
      state: 'ok',
      error: null,
      lines: state.signals,
      signals: state.signals,
      unrecognised: 0,
      lost: 0,
      notes: [],
      missing: null,
      restarts: 0,
      lastSignalAt: null,
      faults: 0,
      lastFault: null,
      samples: [],
    }),
    missing: () => Promise.resolve(state.missing),
    senders: () => state.senders,
  };
  /** Looks twice a minute, with so many signals each time. */
  const pass = async (one: SilenceWatch, ms: number, signals: number) => {
    for (const until = state.now + ms; state.now < until; state.now += 60_000) {
      state.signals += signals;
      await one.lookAtSources([runner]);
    }
  };
  return { state, clock, notes, open, logged, watch, pass };
}

async function enforcing(clock: () => number, enforcer: DryRun, allowlist: readonly string[] = []) {
  const onFault = assert.fail;
  const enforcement = new Enforcement({ enforcers: [enforcer], fallback: enforcer, clock, onFault, onRepair: onFault });
  const networks = (texts: readonly string[]) => texts.map((text) => Network.parse(text) ?? assert.fail(text));
  await enforcement.start([], networks(allowlist));
  const [target] = networks([BLOCKED]);
  const expiresAt = clock() + HOUR;
  if (target === undefined) assert.fail();
  await enforcement.add([{ target, reason: 'test', blockedAt: clock(), expiresAt, automatic: true }]);
  return enforcement;
}

describe('the watch for silence', () => {
  test('tells of a source that falls silent and of its return, and shows it meanwhile', async () => {
    const { state, notes, open, logged, watch, pass } = make();
    const one = watch();
    await pass(one, 4 * WEEK, 5);
    assert.deepEqual(one.sourceState('edge'), { silence: null, usualPerHour: 300 });
    await pass(one, HOUR, 0);
    assert.match(one.sourceState('edge').silence ?? '', /^edge gave no signal for 2\dm; on /);
    assert.deepEqual([...open], ['source edge']);
    state.missing = undefined;
    await pass(one, MINUTE, 5);
    assert.deepEqual([...open], []);
    assert.match(
      notes.join('\n'),
      /^sensor_silent error : edge gave .*\nsensor_resumed info : edge speaks again, after 1h1?m?$/,
    );
    assert.equal(logged.length, 2);
    assert.equal(one.sourceState('edge').silence, null);
  });

  test('keeps what it learned over a restart, and forgets sources that are gone', async () => {
    const { state, notes, watch, pass } = make();
    const before = watch();
    await pass(before, 4 * WEEK, 5);
    const kept = structuredClone(before.snapshot()) as Kept;
    kept.sources.set('gone', kept.sources.get('edge'));
    const after = watch();
    after.restore(kept);
    assert.deepEqual([...(after.snapshot() as Kept).sources.keys()], ['edge', 'gone']);
    state.signals = 0;
    await pass(after, HOUR, 0);
    assert.match(notes[0] ?? '', /^sensor_silent error : edge gave no signal/);
    assert.deepEqual([...(after.snapshot() as Kept).sources.keys()], ['edge']);
  });

  test('ends what was told before a restart when the source speaks, also if it knows of it no more', async () => {
    const { state, open, watch, pass } = make();
    open.add('source edge');
    const one = watch();
    await pass(one, HOUR, 0);
    assert.deepEqual([...open], ['source edge']);
    await pass(one, MINUTE, 1);
    assert.deepEqual([...open], []);
    const silent = watch();
    state.signals = 0;
    await pass(silent, 4 * WEEK, 5);
    await pass(silent, HOUR, 0);
    const after = watch();
    after.restore(structuredClone(silent.snapshot()));
    state.signals = 0;
    await pass(after, HOUR, 0);
    assert.deepEqual([...open], ['source edge']);
    await pass(after, MINUTE, 5);
    assert.deepEqual([...open], []);
  });

  test('learns anew what it cannot read of the time before the restart', async () => {
    const { watch, pass } = make();
    const before = watch();
    await pass(before, HOUR, 1);
    const kept = structuredClone(before.snapshot()) as Kept;
    const after = watch();
    after.restore({ ...kept, sources: new Map([['edge', { baseline: { cells: new Float64Array(10_000) } }]]) });
    await pass(after, HOUR, 1);
    assert.equal(after.sourceState('edge').usualPerHour, before.sourceState('edge').usualPerHour);
    const again = watch();
    assert.throws(() => again.restore({ sources: 'odd' }));
    await pass(again, HOUR, 1);
  });

  test('tells of one of several senders that has gone, also over a restart, and forgets it in time', async () => {
    const { state, notes, watch, pass } = make();
    const before = watch();
    const send = async (one: SilenceWatch, ms: number, senders: readonly string[]) => {
      for (const until = state.now + ms; state.now < until; ) {
        for (const sender of senders) state.senders.set(sender, (state.senders.get(sender) ?? 0) + 1);
        await pass(one, MINUTE, 1);
      }
    };
    await send(before, 4 * WEEK, ['192.0.2.1', '192.0.2.2']);
    const after = watch();
    after.restore(structuredClone(before.snapshot()));
    state.senders.clear();
    state.signals = 0;
    await send(after, HOUR, ['192.0.2.1']);
    assert.equal(notes.length, 1);
    assert.match(notes[0] ?? '', /^sensor_silent error : edge from 192\.0\.2\.2 gave no signal for \d\dm; on /);
    assert.match(after.sourceState('edge').silence ?? '', /^edge from 192\.0\.2\.2/);
    await send(after, 3 * WEEK, ['192.0.2.1']);
    assert.equal(after.sourceState('edge').silence, null);
    assert.equal(notes.length, 1);
  });

  test('lets the senders of an excepted source be, or one of them', async () => {
    for (const [except, told] of [
      [[], ['edge from 192.0.2.1', 'edge from 192.0.2.2']],
      [['edge from 192.0.2.1'], ['edge from 192.0.2.2']],
      [['edge'], []],
    ] as const) {
      const { state, notes, watch, pass } = make({ except });
      const one = watch();
      for (const until = state.now + 4 * WEEK; state.now < until; ) {
        for (const sender of ['192.0.2.1', '192.0.2.2'])
          state.senders.set(sender, (state.senders.get(sender) ?? 0) + 1);
        await pass(one, MINUTE, 1);
      }
      await pass(one, HOUR, 1);
      assert.deepEqual(
        notes.map((note) => /edge from \S+/.exec(note)?.[0]),
        told,
      );
    }
  });

  test('only logs in a dry run, and does not look where it shall not', async () => {
    for (const [config, logs] of [
      [{ mode: 'dry-run' }, 1],
      [{ mode: 'off' }, 0],
      [{ except: ['edge'] }, 0],
    ] as const) {
      const { notes, logged, watch, pass } = make(config);
      const one = watch();
      await pass(one, 3 * WEEK, 5);
      await pass(one, HOUR, 0);
      assert.deepEqual([notes, logged.length], [[], logs], JSON.stringify(config));
    }
  });
});

describe('the watch for enforcement without effect', () => {
  const late = (sensor = 'edge') => series(5, 20_000, { ip: BLOCKED, at: NOW + 2 * MINUTE, sensor });
  const settled = () => new Promise(setImmediate);

  test('tells of a blocked address that is heard: where, by which layers, and what to look at', async () => {
    const { state, notes, open, clock, watch } = make();
    const one = watch();
    const enforcement = await enforcing(clock, new Pretending(dryRunConfig.parse({}), { clock }));
    one.hear(late(), enforcement);
    await settled();
    assert.equal(notes.length, 1);
    assert.match(
      notes[0] ?? '',
      /^block_ineffective critical 203\.0\.113\.7: 203\.0\.113\.7 is blocked for 2m40s already and is still heard by edge: nftables holds it, but the packets take another way: see whether NAT/,
    );
    state.now = NOW + 5 * MINUTE;
    assert.deepEqual(one.problems(), ['blocked addresses are still heard, the last one 203.0.113.7 by edge']);
    one.lookAtLayers(enforcement);
    assert.equal(open.size, 1);
    state.now = NOW + HOUR;
    assert.deepEqual(one.problems(), []);
    const after = watch();
    after.lookAtLayers(enforcement);
    assert.equal(open.size, 1, 'after a restart it is not known yet whether they are heard');
    one.lookAtLayers(enforcement);
    assert.equal(open.size, 0);
  });

  test('says so where a layer does not hold it', async () => {
    const { notes, clock, watch } = make();
    const enforcer = new Pretending(dryRunConfig.parse({}), { clock });
    enforcer.holds = false;
    watch().hear(late(), await enforcing(clock, enforcer));
    await settled();
    assert.match(notes[0] ?? '', /: nftables does not hold it$/);
  });

  test('is silent in a dry run of enforcement, about the allowlist, when off, and for sources excepted', async () => {
    const cases = [
      [{}, DryRun, []],
      [{}, Pretending, ['203.0.113.0/24']],
      [{ mode: 'off' }, Pretending, []],
      [{ except: ['edge'] }, Pretending, []],
    ] as const;
    for (const [config, Kind, allowlist] of cases) {
      const { notes, logged, clock, watch } = make(config);
      watch().hear(late(), await enforcing(clock, new Kind(dryRunConfig.parse({}), { clock }), allowlist));
      await settled();
      assert.deepEqual([notes, logged], [[], []]);
    }
  });

  test('tells three repairs within an hour as one thing, which is a problem until it stops', () => {
    const { state, notes, open, watch } = make();
    const one = watch();
    for (let i = 0; i < 10; i++) {
      one.noteRepair('nftables', 4, 0);
      state.now += 5 * MINUTE;
    }
    assert.deepEqual(
      notes.map((note) => note.replace(/:.*/, '')),
      ['enforcement_repaired error ', 'enforcement_repaired error ', 'enforcement_failing critical '],
    );
    assert.match(one.problems()[0] ?? '', /^enforcer nftables: something else empties or changes it/);
    state.now += 61 * MINUTE;
    one.lookAtLayers({ health: () => [] });
    assert.match(
      one.problems()[0] ?? '',
      /^enforcer nftables/,
      'a layer that is not looked at is not known to be well',
    );
    const well = {
      name: 'nftables',
      state: 'ok',
      error: null,
      enforces: true,
      accounts: false,
      entries: 0,
      repairs: 10,
      dropped: 0,
    } as const;
    const after = watch();
    after.lookAtLayers({ health: () => [well] });
    assert.equal(open.size, 1, 'after a restart it is not known yet whether it is left alone');
    one.lookAtLayers({ health: () => [well] });
    assert.deepEqual([one.problems(), open.size], [[], 0]);
  });

  test('tells of a layer that cannot be put right', () => {
    const { state, notes, open, watch } = make();
    const one = watch();
    const layer = {
      name: 'nftables',
      state: 'failing',
      enforces: true,
      accounts: false,
      entries: 0,
      repairs: 0,
      dropped: 0,
    } as const;
    const opened: number[] = [];
    for (const error of ['nft died', 'nft died', null]) {
      one.lookAtLayers({ health: () => [{ ...layer, error }] });
      opened.push(open.size);
      state.now += 2 * MINUTE;
    }
    assert.deepEqual(opened, [0, 1, 0]);
    assert.deepEqual(notes, [
      'enforcement_failing critical : nftables has not held what it should for 2m and cannot be put right: nft died',
      'enforcement_repaired info : nftables works again, after 4m',
    ]);
  });
});
