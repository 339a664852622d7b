/**
 * What every enforcer must do, run by each of them. Expectations are in terms of what the layer itself answers
 * (`check`, `list`), never of what the enforcer believes.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Address } from '../lib/address.ts';
import { Flow } from '../lib/flow.ts';
import { Network } from '../lib/network.ts';
import { parseTarget, type Target } from '../lib/target.ts';
import type { Enforced, Enforcer } from './enforcer.ts';

/** An enforcer not yet started, with the time it lives in. */
export interface EnforcerLab {
  readonly enforcer: Enforcer;
  readonly now: () => number;
  /** Lets so many milliseconds pass for the enforcer. */
  readonly pass: (ms: number) => Promise<void>;
}

export interface EnforcerKit {
  /** Lends a fresh enforcer. */
  readonly withLab: (use: (lab: EnforcerLab) => Promise<void>) => Promise<void>;
  /** How far the ends that `list` tells may be off: the layer's own clock and resolution. */
  readonly toleranceMs: number;
  /** Random operation sequences tried against a model. */
  readonly randomRuns: number;
  /** Why the kit cannot run here. */
  readonly skip?: string | undefined;
}

const HOUR_MS = 3_600_000;

export function network(text: string): Network {
  const parsed = Network.parse(text);
  assert.ok(parsed, `not a network: ${text}`);
  return parsed;
}

export function flow(text: string): Flow {
  const parsed = Flow.parse(text);
  assert.ok(parsed, `not a flow: ${text}`);
  return parsed;
}

function target(text: string): Target {
  const parsed = parseTarget(text);
  assert.ok(parsed, `not a target: ${text}`);
  return parsed;
}

export function address(text: string): Address {
  const parsed = Address.parse(text);
  assert.ok(parsed, `not an address: ${text}`);
  return parsed;
}

async function texts(enforcer: Enforcer): Promise<string[]> {
  return (await enforcer.list()).map((block) => block.target.text).sort();
}

async function endOf(enforcer: Enforcer, target: string): Promise<number | undefined> {
  const found = (await enforcer.list()).find((block) => block.target.text === target);
  assert.ok(found, `${target} is not in the list`);
  return found.expiresAt;
}

export function runEnforcerKit(name: string, kit: EnforcerKit): void {
  describe(`${name}: what every enforcer does`, { skip: kit.skip ?? false }, () => {
    runStarting(kit);
    runAdding(kit);
    runAllowing(kit);
    runFlows(kit);
    runEnding(kit);
    runReconciling(kit);
    runRandomly(kit);
  });
}

function runStarting({ withLab }: EnforcerKit): void {
  it('starts with exactly what it is given', () =>
    withLab(async ({ enforcer, now }) => {
      const end = now() + HOUR_MS;
      const blocks = ['192.0.2.1', '198.51.100.0/24', '2001:db8:1:2::/64', '2001:db8:ff::1', '2001:db8:8000::/33'];
      await enforcer.start(
        blocks.map((text) => ({ target: network(text), expiresAt: end })),
        [],
      );
      assert.deepEqual(await texts(enforcer), [...blocks].sort());
      await enforcer.start([{ target: network('192.0.2.9'), expiresAt: end }], []);
      assert.deepEqual(await texts(enforcer), ['192.0.2.9']);
      await enforcer.start([], []);
      assert.deepEqual(await texts(enforcer), []);
    }));

  it('starts without what has already ended', () =>
    withLab(async ({ enforcer, now }) => {
      await enforcer.start([{ target: network('192.0.2.1'), expiresAt: now() - 1 }], []);
      assert.deepEqual(await texts(enforcer), []);
      assert.equal(await enforcer.check(address('192.0.2.1')), false);
    }));

  it('has a clean end', () =>
    withLab(async ({ enforcer }) => {
      await enforcer.start([], []);
      await enforcer.close();
      await enforcer.close();
    }));
}

function runAdding({ withLab, toleranceMs }: EnforcerKit): void {
  const near = (seen: number | undefined, expected: number) =>
    assert.ok(seen !== undefined && Math.abs(seen - expected) <= toleranceMs, `ends at ${seen}, expected ${expected}`);

  it('keeps out what is added, and nobody else', () =>
    withLab(async ({ enforcer, now }) => {
      const end = now() + HOUR_MS;
      await enforcer.start([], []);
      await enforcer.add(
        ['192.0.2.1', '198.51.100.0/24', '2001:db8:1:2::/64', '::ffff:203.0.113.5'].map((text) => ({
          target: network(text),
          expiresAt: end,
        })),
      );
      const kept = ['192.0.2.1', '198.51.100.0', '198.51.100.255', '2001:db8:1:2::', '2001:db8:1:2:ffff::1'];
      const others = ['192.0.2.2', '198.51.101.1', '2001:db8:1:3::1', '203.0.113.6', '::203.0.113.5'];
      for (const text of [...kept, '203.0.113.5', '::ffff:192.0.2.1']) {
        assert.equal(await enforcer.check(address(text)), true, text);
      }
      for (const text of others) assert.equal(await enforcer.check(address(text)), false, text);
    }));

  it('holds one entry of what is added twice', () =>
    withLab(async ({ enforcer, now }) => {
      const block = { target: network('192.0.2.1'), expiresAt: now() + HOUR_MS };
      await enforcer.start([block], []);
      await enforcer.add([block, block]);
      await enforcer.add([block]);
      assert.deepEqual(await texts(enforcer), ['192.0.2.1']);
    }));

  it('is extended by a longer time, not shortened by a shorter one', () =>
    withLab(async ({ enforcer, now }) => {
      const at = now();
      await enforcer.start([], []);
      for (const target of ['192.0.2.1', '2001:db8::/64', '198.51.100.0/24'].map(network)) {
        const add = (hours: number) => enforcer.add([{ target, expiresAt: at + hours * HOUR_MS }]);
        await add(2);
        await add(5);
        near(await endOf(enforcer, target.text), at + 5 * HOUR_MS);
        await add(1);
        near(await endOf(enforcer, target.text), at + 5 * HOUR_MS);
        await enforcer.add([
          { target, expiresAt: at + 7 * HOUR_MS },
          { target, expiresAt: at + 6 * HOUR_MS },
        ]);
        near(await endOf(enforcer, target.text), at + 7 * HOUR_MS);
      }
    }));

  it('stays for ever once added for ever', () =>
    withLab(async ({ enforcer, now }) => {
      const target = network('192.0.2.1');
      await enforcer.start([{ target, expiresAt: now() + HOUR_MS }], []);
      await enforcer.add([{ target, expiresAt: undefined }]);
      assert.equal(await endOf(enforcer, '192.0.2.1'), undefined);
      await enforcer.add([{ target, expiresAt: now() + HOUR_MS }]);
      assert.equal(await endOf(enforcer, '192.0.2.1'), undefined);
    }));

  it('takes a time of many years', () =>
    withLab(async ({ enforcer, now }) => {
      const expiresAt = now() + 20 * 365 * 24 * HOUR_MS;
      await enforcer.start([], []);
      await enforcer.add([{ target: network('192.0.2.1'), expiresAt }]);
      near(await endOf(enforcer, '192.0.2.1'), expiresAt);
    }));

  it('lifts, also what it does not hold', () =>
    withLab(async ({ enforcer, now }) => {
      const targets = ['192.0.2.1', '2001:db8::/64', '198.51.100.0/24'].map(network);
      const unknown = ['192.0.2.77', '2001:db8:77::/64', '10.0.0.0/9'].map(network);
      await enforcer.start(
        targets.map((target) => ({ target, expiresAt: now() + HOUR_MS })),
        [],
      );
      await enforcer.remove([...targets.slice(0, 2), ...unknown]);
      await enforcer.remove(targets.slice(0, 2));
      await enforcer.remove([]);
      await enforcer.add([]);
      assert.deepEqual(await texts(enforcer), ['198.51.100.0/24']);
      assert.equal(await enforcer.check(address('192.0.2.1')), false);
    }));

  it('keeps blocks that overlap apart', (context) =>
    withLab(async ({ enforcer, now }) => {
      if (!enforcer.capabilities.networks) return context.skip('keeps out no networks');
      const blocks = ['10.0.0.0/8', '10.1.0.0/16', '10.1.2.3'].map((text, hours) => ({
        target: network(text),
        expiresAt: now() + (hours + 1) * HOUR_MS,
      }));
      await enforcer.start([], []);
      await enforcer.add(blocks);
      assert.deepEqual(await texts(enforcer), ['10.0.0.0/8', '10.1.0.0/16', '10.1.2.3']);
      await enforcer.remove([network('10.0.0.0/8')]);
      assert.equal(await enforcer.check(address('10.2.0.1')), false);
      assert.equal(await enforcer.check(address('10.1.0.1')), true);
      await enforcer.remove([network('10.1.0.0/16')]);
      assert.equal(await enforcer.check(address('10.1.2.3')), true);
    }));
}

function runAllowing({ withLab }: EnforcerKit): void {
  it('never keeps out who is allowlisted, whatever comes first', () =>
    withLab(async ({ enforcer, now }) => {
      const expiresAt = now() + HOUR_MS;
      const office = ['192.0.2.0/28', '2001:db8:1::/48'].map(network);
      await enforcer.start([{ target: network('192.0.2.1'), expiresAt }], office);
      await enforcer.add(['192.0.2.0/24', '2001:db8:1:2::/64'].map((text) => ({ target: network(text), expiresAt })));
      for (const text of ['192.0.2.1', '192.0.2.15', '2001:db8:1:2::5']) {
        assert.equal(await enforcer.check(address(text)), false, text);
      }
      assert.equal(await enforcer.check(address('192.0.2.16')), true);
      await enforcer.allow([network('192.0.2.16')]);
      assert.equal(await enforcer.check(address('192.0.2.16')), false);
      for (const text of ['192.0.2.1', '192.0.2.15', '2001:db8:1:2::5']) {
        assert.equal(await enforcer.check(address(text)), true, text);
      }
      await enforcer.allow([]);
      assert.equal(await enforcer.check(address('192.0.2.16')), true);
    }));

  it('takes allowlists that overlap, repeat, touch or hold everything', () =>
    withLab(async ({ enforcer, now }) => {
      const allowlist = ['10.0.0.0/8', '10.1.0.0/16', '10.0.0.0/8', '11.0.0.0/8', '10.1.2.3', '::/0', '::1'];
      const target = network('11.2.3.4');
      await enforcer.start([{ target, expiresAt: now() + HOUR_MS }], allowlist.map(network));
      assert.equal(await enforcer.check(address('11.2.3.4')), false);
      await enforcer.allow(['0.0.0.0/0', '255.255.255.255', '0.0.0.0', '::1', '2001:db8::/32'].map(network));
      assert.equal(await enforcer.check(address('11.2.3.4')), false);
      await enforcer.allow(['10.0.0.0/8', '12.0.0.0/8'].map(network));
      assert.equal(await enforcer.check(address('11.2.3.4')), true);
    }));
}

function runFlows({ withLab, toleranceMs }: EnforcerKit): void {
  const FLOWS = ['udp:192.0.2.1:5071', 'tcp:192.0.2.1:5071', 'tcp:[2001:db8::1]:5061'];
  const flows = (name: string, story: (lab: EnforcerLab) => Promise<void>) =>
    it(name, (context) =>
      withLab(async (lab) => {
        if (!lab.enforcer.capabilities.flows) return context.skip('keeps out no flows');
        await story(lab);
      }),
    );

  flows('keeps a flow out, and no other of its address', async ({ enforcer, now }) => {
    await enforcer.start([{ target: flow('udp:192.0.2.1:5071'), expiresAt: now() + HOUR_MS }], []);
    await enforcer.add([{ target: flow('tcp:[2001:db8::1]:5061'), expiresAt: now() + HOUR_MS }]);
    for (const text of ['udp:192.0.2.1:5071', 'tcp:[2001:db8::1]:5061']) {
      assert.equal(await enforcer.check(flow(text)), true, text);
      assert.equal(await enforcer.check(flow(text).address), false, `all of ${flow(text).address.text}`);
    }
    for (const text of ['tcp:192.0.2.1:5071', 'udp:192.0.2.1:5072', 'udp:192.0.2.2:5071', 'tcp:[2001:db8::2]:5061']) {
      assert.equal(await enforcer.check(flow(text)), false, text);
    }
    assert.deepEqual(await texts(enforcer), ['tcp:[2001:db8::1]:5061', 'udp:192.0.2.1:5071']);
  });

  flows('keeps flows and blocks of their address apart', async ({ enforcer, now }) => {
    const until = (hours: number) => now() + hours * HOUR_MS;
    await enforcer.start([], []);
    await enforcer.add(FLOWS.map((text, hours) => ({ target: flow(text), expiresAt: until(hours + 1) })));
    await enforcer.add(['192.0.2.1', '192.0.2.0/24'].map((text) => ({ target: network(text), expiresAt: until(9) })));
    assert.equal(await enforcer.check(flow('udp:192.0.2.1:9')), true, 'the whole address');
    await enforcer.remove([network('192.0.2.1'), flow('tcp:192.0.2.1:5071'), flow('udp:192.0.2.77:1')]);
    assert.equal(await enforcer.check(flow('udp:192.0.2.1:9')), true, 'the network around it');
    await enforcer.remove([network('192.0.2.0/24')]);
    assert.equal(await enforcer.check(flow('udp:192.0.2.1:9')), false);
    assert.equal(await enforcer.check(flow('udp:192.0.2.1:5071')), true);
    assert.deepEqual(await texts(enforcer), ['tcp:[2001:db8::1]:5061', 'udp:192.0.2.1:5071']);
  });

  flows('never keeps out a flow of who is allowlisted', async ({ enforcer, now }) => {
    await enforcer.start(
      FLOWS.map((text) => ({ target: flow(text), expiresAt: now() + HOUR_MS })),
      ['192.0.2.0/28', '2001:db8::/32'].map(network),
    );
    for (const text of FLOWS) assert.equal(await enforcer.check(flow(text)), false, text);
    await enforcer.allow([]);
    for (const text of FLOWS) assert.equal(await enforcer.check(flow(text)), true, text);
  });

  flows('extends the time of a flow, and lets it end by itself', async ({ enforcer, now, pass }) => {
    const [first, second, third] = FLOWS.map(flow) as [Flow, Flow, Flow];
    const end = now() + 2 * HOUR_MS;
    await enforcer.start([], []);
    await enforcer.add([{ target: first, expiresAt: now() + 400 }]);
    await enforcer.add([{ target: second, expiresAt: now() + HOUR_MS }]);
    await enforcer.add([{ target: second, expiresAt: end }]);
    await enforcer.add([{ target: second, expiresAt: now() + HOUR_MS }]);
    await enforcer.add([{ target: third, expiresAt: undefined }]);
    await pass(500);
    assert.deepEqual(await texts(enforcer), [third.text, second.text].sort());
    assert.equal(await enforcer.check(first), false);
    const seen = await endOf(enforcer, second.text);
    assert.ok(seen !== undefined && Math.abs(seen - end) <= toleranceMs, `ends at ${seen}, expected ${end}`);
    assert.equal(await endOf(enforcer, third.text), undefined);
  });

  flows('mends what it holds of flows', async ({ enforcer, now }) => {
    const blocks = FLOWS.map((text) => ({ target: flow(text), expiresAt: now() + HOUR_MS }));
    await enforcer.start(blocks.slice(0, 2), []);
    assert.deepEqual(await enforcer.reconcile(blocks.slice(1), []), { added: 1, removed: 1 });
    assert.deepEqual(await texts(enforcer), [FLOWS[1], FLOWS[2]].sort());
    assert.equal(await enforcer.check(flow('tcp:[2001:db8::1]:5061')), true);
  });

  flows('mends nothing when its flows are as they should be', async ({ enforcer, now }) => {
    const blocks = FLOWS.map((text) => ({ target: flow(text), expiresAt: now() + HOUR_MS }));
    await enforcer.start(blocks, []);
    assert.deepEqual(await enforcer.reconcile(blocks, []), { added: 0, removed: 0 });
    assert.deepEqual(await enforcer.reconcile(blocks, []), { added: 0, removed: 0 });
  });
}

function runEnding({ withLab }: EnforcerKit): void {
  it('lets blocks end by themselves, and be added again', (context) =>
    withLab(async ({ enforcer, now, pass }) => {
      if (!enforcer.capabilities.expires) return context.skip('entries do not end by themselves');
      const targets = ['192.0.2.1', '2001:db8::/64', '198.51.100.0/24'].map(network);
      const block = (ms: number): Enforced[] => targets.map((target) => ({ target, expiresAt: now() + ms }));
      await enforcer.start([], []);
      await enforcer.add([...block(400), { target: network('192.0.2.2'), expiresAt: now() + HOUR_MS }]);
      assert.equal(await enforcer.check(address('192.0.2.1')), true);
      await pass(500);
      assert.equal(await enforcer.check(address('192.0.2.1')), false);
      assert.deepEqual(await texts(enforcer), ['192.0.2.2']);
      await enforcer.remove(targets);
      await enforcer.add(block(HOUR_MS));
      assert.equal(await enforcer.check(address('2001:db8::1')), true);
    }));
}

function runReconciling({ withLab }: EnforcerKit): void {
  it('mends nothing when all is well', () =>
    withLab(async ({ enforcer, now }) => {
      const blocks = ['192.0.2.1', '2001:db8::/64', '198.51.100.0/24'].map((text, index) => ({
        target: network(text),
        expiresAt: index === 0 ? undefined : now() + HOUR_MS,
      }));
      const allowlist = [network('203.0.113.0/24')];
      await enforcer.start(blocks, allowlist);
      assert.deepEqual(await enforcer.reconcile(blocks, allowlist), { added: 0, removed: 0 });
      assert.deepEqual(await enforcer.reconcile(blocks, allowlist), { added: 0, removed: 0 });
    }));

  it('adds what is missing, removes what is too much, takes over the allowlist', () =>
    withLab(async ({ enforcer, now }) => {
      const expiresAt = now() + HOUR_MS;
      const one = { target: network('192.0.2.1'), expiresAt };
      const other = { target: network('192.0.2.2'), expiresAt };
      await enforcer.start([one], []);
      assert.deepEqual(await enforcer.reconcile([other], [network('192.0.2.2')]), { added: 1, removed: 1 });
      assert.deepEqual(await texts(enforcer), ['192.0.2.2']);
      assert.equal(await enforcer.check(address('192.0.2.2')), false);
      await enforcer.allow([]);
      assert.equal(await enforcer.check(address('192.0.2.2')), true);
    }));

  it('keeps what changes while it waits for its turn to mend', () =>
    withLab(async ({ enforcer, now }) => {
      const expiresAt = now() + HOUR_MS;
      const [written, added, lifted] = ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((text) => ({
        target: network(text),
        expiresAt,
      })) as [Enforced, Enforced, Enforced];
      await enforcer.start([lifted], []);
      await Promise.all([
        enforcer.add([written]),
        enforcer.reconcile([written, lifted], []),
        enforcer.add([added]),
        enforcer.remove([lifted.target]),
        enforcer.allow([network('198.51.100.1')]),
        enforcer.add([{ target: network('198.51.100.0/31'), expiresAt }]),
      ]);
      assert.deepEqual(await texts(enforcer), ['192.0.2.1', '192.0.2.2', '198.51.100.0/31']);
      assert.equal(await enforcer.check(address('198.51.100.0')), true);
      assert.equal(await enforcer.check(address('198.51.100.1')), false, 'the allowlist was set back');
    }));
}

/** The few targets of random runs, so that they meet each other: single addresses, networks around them, both families. */
const NETWORKS = ['192.0.2.1', '192.0.2.0/31', '192.0.2.0/24', '2001:db8::/64', '2001:db8::1', '2001:db8::/32'];
const TARGETS = [...NETWORKS, 'udp:192.0.2.1:5060', 'tcp:192.0.2.1:5060', 'udp:[2001:db8::1]:5060'];

const operation = fc.oneof(
  fc.record({ add: fc.array(fc.tuple(fc.constantFrom(...TARGETS), fc.integer({ min: 1, max: 9 })), { maxLength: 4 }) }),
  fc.record({ remove: fc.array(fc.constantFrom(...TARGETS), { maxLength: 3 }) }),
);

type Operation = { readonly add: readonly (readonly [string, number])[] } | { readonly remove: readonly string[] };

function withoutFlows(step: Operation): Operation {
  const isNetwork = (text: string) => NETWORKS.includes(text);
  return 'remove' in step
    ? { remove: step.remove.filter(isNetwork) }
    : { add: step.add.filter(([text]) => isNetwork(text)) };
}

/** Tells the enforcer, and writes down what it must then hold: the hour each target's block ends. */
function apply(step: Operation, enforcer: Enforcer, model: Map<string, number>, at: number): Promise<void> {
  if ('remove' in step) {
    for (const text of step.remove) model.delete(text);
    return enforcer.remove(step.remove.map(target));
  }
  for (const [text, hours] of step.add) model.set(text, Math.max(model.get(text) ?? 0, hours));
  return enforcer.add(step.add.map(([text, hours]) => ({ target: target(text), expiresAt: at + hours * HOUR_MS })));
}

function runRandomly({ withLab, randomRuns, toleranceMs }: EnforcerKit): void {
  const agrees = (operations: readonly Operation[]) =>
    withLab(async ({ enforcer, now }) => {
      const at = now();
      const model = new Map<string, number>();
      await enforcer.start([], []);
      const steps = enforcer.capabilities.flows ? operations : operations.map(withoutFlows);
      await Promise.all(steps.map((step) => apply(step, enforcer, model, at)));
      const seen = new Map((await enforcer.list()).map((block) => [block.target.text, block.expiresAt ?? Infinity]));
      assert.deepEqual([...seen.keys()].sort(), [...model.keys()].sort());
      for (const [text, hours] of model) {
        assert.ok(Math.abs((seen.get(text) ?? 0) - at - hours * HOUR_MS) <= toleranceMs, text);
      }
    });

  it('agrees with a model after any sequence of adding and removing', () =>
    fc.assert(fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 12 }), agrees), { numRuns: randomRuns }));
}
