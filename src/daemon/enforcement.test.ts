import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NOW, signal } from '../../test/support/signals.ts';
import { DryRun, dryRunConfig } from '../enforcers/dry-run/dry-run.ts';
import { type Enforced, type Enforcer, EnforcerUnavailable } from '../enforcers/enforcer.ts';
import { Address } from '../lib/address.ts';
import { Flow } from '../lib/flow.ts';
import { Network } from '../lib/network.ts';
import { parseTarget, type Target } from '../lib/target.ts';
import type { Block } from '../pipeline/decision.ts';
import { Enforcement } from './enforcement.ts';

const network = (text: string) => Network.parse(text) ?? assert.fail(text);
const block = (text: string, seconds: number): Block => ({
  target: parseTarget(text) ?? assert.fail(text),
  reason: 'test',
  blockedAt: NOW,
  expiresAt: NOW + seconds * 1000,
  automatic: true,
});

/** A dry run whose calls fail while `broken` is set; without an own expiry. */
class Fragile extends DryRun {
  override readonly name = 'fragile' as 'dry-run';
  override readonly capabilities = {
    expires: false,
    networks: true,
    flows: false,
    enforces: true,
  } as unknown as DryRun['capabilities'];
  broken: Error | undefined;
  readonly removed: string[] = [];

  override async start(blocks: readonly Enforced[], allowlist: readonly Network[]): Promise<void> {
    if (this.broken !== undefined) throw this.broken;
    await super.start(blocks, allowlist);
  }
  override async add(blocks: readonly Enforced[]): Promise<void> {
    if (this.broken !== undefined) throw this.broken;
    await super.add(blocks);
  }
  override async remove(targets: readonly Target[]): Promise<void> {
    this.removed.push(...targets.map((target) => target.text));
    await super.remove(targets);
  }
}

/** Really keeps flows out, as far as anybody can tell. */
class Narrow extends DryRun {
  override readonly name = 'narrow' as 'dry-run';
  override readonly capabilities = {
    expires: true,
    networks: true,
    flows: true,
    enforces: true,
  } as unknown as DryRun['capabilities'];
}

function make() {
  let now = NOW;
  const clock = () => now;
  const context = { clock, stateDir: '', onFault: assert.fail };
  const fragile = new Fragile(dryRunConfig.parse({}), context);
  const solid = new DryRun(dryRunConfig.parse({}), context);
  const fallback = new DryRun(dryRunConfig.parse({}), context);
  const faults: string[] = [];
  const repairs: string[] = [];
  const build = (enforcers: readonly Enforcer[]) =>
    new Enforcement({
      enforcers,
      fallback,
      clock,
      onFault: (layer, error) => faults.push(`${layer}: ${error.message}`),
      onRepair: (layer, added, removed) => repairs.push(`${layer} +${added} -${removed}`),
    });
  return {
    fragile,
    solid,
    fallback,
    faults,
    repairs,
    build,
    pass: (ms: number) => {
      now += ms;
    },
  };
}
const listed = async (enforcer: Enforcer) => (await enforcer.list()).map((one) => one.target.text);

describe('enforcement', () => {
  test('puts blocks in every layer and says what each did', async () => {
    const { fragile, solid, build } = make();
    const enforcement = build([fragile, solid]);
    await enforcement.start([], []);
    assert.deepEqual(await enforcement.add([block('192.0.2.1', 60)]), [
      { layer: 'fragile', error: null },
      { layer: 'dry-run', error: null },
    ]);
    assert.deepEqual([await listed(fragile), await listed(solid)], [['192.0.2.1'], ['192.0.2.1']]);
    assert.equal(enforcement.size, 1);
  });

  test('a layer that fails hides nothing of the others, and is brought up to date later', async () => {
    const { fragile, solid, faults, repairs, build } = make();
    const enforcement = build([fragile, solid]);
    await enforcement.start([], []);
    fragile.broken = new Error('nft died');
    const results = await enforcement.add([block('192.0.2.1', 60)]);
    assert.deepEqual(
      results.map(({ error }) => error),
      ['nft died', null],
    );
    assert.deepEqual(faults, ['fragile: nft died']);
    assert.equal(enforcement.health()[0]?.state, 'failing');
    fragile.broken = undefined;
    await enforcement.reconcile();
    assert.deepEqual(await listed(fragile), ['192.0.2.1']);
    assert.deepEqual(repairs, ['fragile +1 -0']);
    assert.deepEqual([enforcement.health()[0]?.state, enforcement.health()[0]?.repairs], ['ok', 1]);
  });

  test('falls back to a dry run when no layer can be used, and says why', async () => {
    const { fragile, fallback, build } = make();
    fragile.broken = new EnforcerUnavailable('nft needs CAP_NET_ADMIN');
    const enforcement = build([fragile]);
    const [result] = await enforcement.start([], []);
    assert.equal(result?.error, 'nft needs CAP_NET_ADMIN');
    await enforcement.add([block('192.0.2.1', 60)]);
    assert.deepEqual(await listed(fallback), ['192.0.2.1']);
    const address = Address.parse('192.0.2.1') ?? assert.fail();
    assert.deepEqual(await enforcement.check(address), [
      { layer: 'fragile', blocked: null, error: 'nft needs CAP_NET_ADMIN' },
      { layer: 'dry-run', blocked: true, error: null },
    ]);
  });

  test('a shorter block does not shorten', async () => {
    const { solid, build } = make();
    const enforcement = build([solid]);
    await enforcement.start([], []);
    await enforcement.add([block('192.0.2.1', 60)]);
    await enforcement.add([block('192.0.2.1', 5)]);
    assert.equal((await solid.list())[0]?.expiresAt, NOW + 60_000);
  });

  test('ends blocks on time; layers without an expiry of their own are told', async () => {
    const { fragile, solid, build, pass } = make();
    const enforcement = build([fragile, solid]);
    await enforcement.start([{ target: network('192.0.2.9'), expiresAt: undefined }], []);
    await enforcement.add([block('192.0.2.1', 60), block('192.0.2.2', 61)]);
    pass(60_000);
    await enforcement.expire();
    assert.deepEqual(fragile.removed, ['192.0.2.1']);
    assert.equal(enforcement.size, 2);
  });

  test('lifts everywhere, known or not', async () => {
    const { fragile, solid, build } = make();
    const enforcement = build([fragile, solid]);
    await enforcement.start([], []);
    await enforcement.add([block('192.0.2.1', 60)]);
    await enforcement.remove([network('192.0.2.1'), network('198.51.100.0/24')]);
    assert.deepEqual([await listed(fragile), await listed(solid), enforcement.size], [[], [], 0]);
  });

  test('knows since when an address is really kept out, and until when', async () => {
    const { fragile, build, pass } = make();
    const at = (ip: string) => enforcement.inForce(signal({ ip }));
    const enforcement = build([fragile]);
    await enforcement.start([], [network('198.51.100.0/28')]);
    await enforcement.add([block('192.0.2.1', 60), block('198.51.100.0/24', 60)]);
    pass(5000);
    await enforcement.add([block('192.0.2.1', 90)]);
    assert.deepEqual(at('192.0.2.1'), { target: network('192.0.2.1'), since: NOW, until: NOW + 90_000 });
    assert.equal(at('198.51.100.99')?.target.text, '198.51.100.0/24');
    assert.deepEqual([at('198.51.100.9'), at('192.0.2.2')], [undefined, undefined], 'allowlisted, or not blocked');
    pass(85_001);
    await enforcement.add([block('192.0.2.1', 600)]);
    assert.equal(at('192.0.2.1')?.since, NOW + 90_001, 'a new block, not the one that is over');
    await enforcement.remove([network('192.0.2.1')]);
    assert.equal(at('192.0.2.1'), undefined);
  });

  test('what a layer took only at the reconciliation is kept out from then on', async () => {
    const { fragile, build, pass } = make();
    const enforcement = build([fragile]);
    await enforcement.start([], []);
    fragile.broken = new Error('nft died');
    await enforcement.add([block('192.0.2.1', 60)]);
    const sender = signal({ ip: '192.0.2.1' });
    assert.equal(enforcement.inForce(sender), undefined);
    fragile.broken = undefined;
    pass(3000);
    await enforcement.reconcile();
    assert.equal(enforcement.inForce(sender)?.since, NOW + 3000);
  });

  test('a single flow is kept out by the layers that can, and heard of by its port', async () => {
    const { fragile, solid, build } = make();
    const flow = Flow.parse('udp:192.0.2.1:5071') ?? assert.fail();
    const wide = build([fragile]);
    await wide.start([block(flow.text, 60)], []);
    assert.equal(wide.blocksFlows, false);
    assert.deepEqual([await listed(fragile), await wide.check(flow)], [[], []]);
    await wide.add([block('udp:192.0.2.1:5072', 60), block('192.0.2.9', 60)]);
    await wide.reconcile();
    assert.deepEqual(await listed(fragile), ['192.0.2.9'], 'a flow never becomes a wide block');

    const both = build([fragile, new Narrow(dryRunConfig.parse({}), { clock: () => NOW }), solid]);
    await both.start([], [network('198.51.100.1')]);
    assert.equal(both.blocksFlows, true);
    await both.add([block(flow.text, 60), block('udp:198.51.100.1:5071', 60)]);
    assert.deepEqual(
      (await both.check(flow)).map(({ layer, blocked }) => [layer, blocked]),
      [
        ['narrow', true],
        ['dry-run', true],
      ],
    );
    const heard = (port: number, ip = '192.0.2.1') => both.inForce(signal({ ip, port, transport: 'udp' }))?.target.text;
    assert.deepEqual([heard(5071), heard(5072), heard(5071, '198.51.100.1')], [flow.text, undefined, undefined]);
    await both.remove([flow]);
    assert.deepEqual([heard(5071), both.size], [undefined, 1]);
  });

  test('a dry run keeps nobody out', async () => {
    const { solid, build } = make();
    const enforcement = build([solid]);
    await enforcement.start([], []);
    await enforcement.add([block('192.0.2.1', 60)]);
    assert.equal(enforcement.inForce(signal({ ip: '192.0.2.1' })), undefined);
  });
});

describe('enforcement of disabled accounts', () => {
  const account = (aor: string, seconds: number) => ({
    aor,
    reason: 'test',
    disabledAt: NOW,
    expiresAt: NOW + seconds * 1000,
    automatic: true,
  });
  const aors = async (enforcer: Enforcer) => (await enforcer.accounts?.list())?.map(({ aor }) => aor);
  /** Knows addresses only. */
  const firewall = (enforcer: Enforcer): Enforcer => Object.defineProperty(enforcer, 'accounts', { value: undefined });

  test('is for the layers that know accounts; the others are not asked', async () => {
    const { fragile, solid, build } = make();
    const enforcement = build([firewall(fragile), solid]);
    await enforcement.start([], [], [{ aor: 'old@b', expiresAt: undefined }]);
    assert.deepEqual(await enforcement.disable([account('a@b', 60)]), [{ layer: 'dry-run', error: null }]);
    assert.deepEqual(await aors(solid), ['old@b', 'a@b']);
    assert.deepEqual(await enforcement.checkAccount('a@b'), [{ layer: 'dry-run', blocked: true, error: null }]);
    assert.deepEqual(
      [enforcement.disabledAccounts, enforcement.enforces, enforcement.disablesAccounts],
      [2, true, false],
    );
    await enforcement.enable(['old@b', 'never@b']);
    assert.deepEqual([await aors(solid), enforcement.disabledAccounts], [['a@b'], 1]);
    assert.equal(build([fragile]).disablesAccounts, false);
  });

  test('a longer time extends, a shorter one does not shorten, and ends on time', async () => {
    const { solid, build, pass } = make();
    const enforcement = build([solid]);
    await enforcement.start([], []);
    for (const seconds of [60, 5]) await enforcement.disable([account('a@b', seconds)]);
    pass(59_999);
    await enforcement.expire();
    assert.equal(enforcement.disabledAccounts, 1);
    pass(1);
    await enforcement.expire();
    assert.deepEqual([enforcement.disabledAccounts, await aors(solid)], [0, []]);
  });

  test('a layer that lost them is put right', async () => {
    const { solid, repairs, build } = make();
    const enforcement = build([solid]);
    await enforcement.start([], []);
    await enforcement.disable([account('a@b', 60)]);
    await solid.accounts.start([{ aor: 'other@b', expiresAt: undefined }]);
    await enforcement.reconcile();
    assert.deepEqual([await aors(solid), repairs], [['a@b'], ['dry-run +1 -1']]);
  });
});
