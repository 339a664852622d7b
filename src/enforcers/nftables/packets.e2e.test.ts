/** What blocks do to real packets. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { network } from '../enforcer.testkit.ts';
import type { Enforced } from '../enforcer.ts';
import { skip, withPackets } from './lab.testkit.ts';
import { PEERS, PORTS } from './network.testkit.ts';

const { attacker, sibling, good, attacker6, sibling6, good6 } = PEERS;
const block = (text: string, ms = 3_600_000): Enforced => ({ target: network(text), expiresAt: Date.now() + ms });

describe('nftables: packets', { skip: skip ?? false }, () => {
  it('of a blocked source do not arrive, those of all others do', () =>
    withPackets(async ({ enforcer, does, received }) => {
      await enforcer.start([], []);
      for (const peer of Object.values(PEERS)) assert.ok(await does('udp', peer), `${peer} before`);
      await enforcer.add([block(attacker), block('fd77:0:0:a::/64')]);
      const before = await received();
      for (const peer of [attacker, attacker6, sibling6]) assert.equal(await does('udp', peer), false, peer);
      assert.equal(await received(), before);
      for (const peer of [sibling, good, good6]) assert.ok(await does('udp', peer), peer);
      await enforcer.add([block('10.77.1.0/24')]);
      assert.equal(await does('udp', sibling), false);
      assert.ok(await does('udp', good));
      await enforcer.reconcile([block(attacker), block('fd77:0:0:a::/64'), block('10.77.1.0/24')], []);
      assert.ok((enforcer.dropped() ?? 0) >= 4, `${enforcer.dropped()} dropped`);
    }));

  it('no longer arrive in a flow that conntrack has accepted', () =>
    withPackets(async ({ enforcer, does, namespace }) => {
      await enforcer.start([], []);
      const rules = ['ct state established accept', 'udp dport 5060 accept'];
      namespace.sh('nft', 'add table inet site');
      namespace.sh('nft', 'add chain inet site input { type filter hook input priority 0; policy accept; }');
      for (const rule of rules) namespace.sh('nft', `add rule inet site input counter ${rule}`);
      assert.ok(await does('udp', attacker));
      assert.ok(await does('udp', attacker));
      assert.match(namespace.sh('nft', 'list table inet site'), /packets [1-9]\d* bytes \d+ ct state established/);
      await enforcer.add([block(attacker)]);
      assert.equal(await does('udp', attacker), false);
      await enforcer.remove([network(attacker)]);
      assert.ok(await does('udp', attacker));
    }));

  it('arrive from who is allowlisted, also inside of a blocked network', () =>
    withPackets(async ({ enforcer, does }) => {
      await enforcer.start([block('10.77.0.0/16'), block('fd77::/16')], [network(good), network('fd77:0:0:b::/64')]);
      for (const peer of [good, good6]) assert.ok(await does('udp', peer), peer);
      for (const peer of [attacker, sibling, attacker6]) assert.equal(await does('udp', peer), false, peer);
      await enforcer.allow([network(attacker)]);
      assert.ok(await does('udp', attacker));
      assert.equal(await does('udp', good), false);
    }));

  it('arrive again when the block ends by itself, with nobody there to lift it', () =>
    withPackets(async ({ enforcer, does }) => {
      await enforcer.start([], []);
      await enforcer.add([block(attacker, 1_500), block('fd77:0:0:a::/64', 1_500)]);
      await enforcer.close();
      assert.equal(await does('udp', attacker), false);
      assert.equal(await does('udp', attacker6), false);
      await setTimeout(1_600);
      assert.ok(await does('udp', attacker));
      assert.ok(await does('udp', attacker6));
    }));

  it('arrive again at once when the block is lifted', () =>
    withPackets(async ({ enforcer, does }) => {
      await enforcer.start([block(attacker), block('fd77:0:0:a::/64'), block('10.77.2.0/24')], []);
      for (const peer of [attacker, attacker6, good]) assert.equal(await does('udp', peer), false, peer);
      await enforcer.remove([attacker, 'fd77:0:0:a::/64', '10.77.2.0/24'].map(network));
      for (const peer of [attacker, attacker6, good]) assert.ok(await does('udp', peer), peer);
    }));

  it('of a blocked source arrive on other ports, if only the SIP ports are closed', () =>
    withPackets(
      async ({ enforcer, does }) => {
        await enforcer.start([block(attacker)], []);
        assert.equal(await does('udp', attacker), false);
        assert.equal(await does('open', attacker), false);
        assert.ok(await does('udp', attacker, { port: PORTS.other }));
        assert.ok(await does('open', attacker, { port: PORTS.other }));
      },
      { ports: [PORTS.sip] },
    ));

  it('never arrive while everything is put in place anew, again and again', () =>
    withPackets(async ({ enforcer, does, received }) => {
      const others = Array.from({ length: 20_000 }, (_, i) => block(`11.0.${i >> 8}.${i & 255}`));
      const blocks = [...others, block(attacker)];
      await enforcer.start(blocks, []);
      const before = await received();
      let isOver = false;
      const flood = does('flood', attacker, { waitMs: 3_000 }).then(() => {
        isOver = true;
      });
      let starts = 0;
      for (; !isOver; starts++) await enforcer.start(starts % 2 === 0 ? [...blocks, block('12.0.0.0/9')] : blocks, []);
      await flood;
      assert.ok(starts >= 3, `${starts} starts`);
      assert.equal(await received(), before);
      await enforcer.reconcile(blocks, []);
      const dropped = enforcer.dropped() ?? 0;
      assert.ok(dropped > 10_000, `${dropped} dropped`);
    }));
});

describe('nftables: open connections', { skip: skip ?? false }, () => {
  const opened = async (does: (op: 'open' | 'tcp', from: string) => Promise<boolean>, peers: readonly string[]) => {
    for (const peer of peers) {
      assert.ok(await does('open', peer), `${peer} connects`);
      assert.ok(await does('tcp', peer), `${peer} is answered`);
    }
  };

  it('of a blocked source end, those of others and of the allowlisted go on', () =>
    withPackets(async ({ enforcer, does, faults }) => {
      await enforcer.start([], [network(sibling)]);
      await opened(does, [attacker, sibling, good, attacker6, good6]);
      await enforcer.add([block('10.77.1.0/24'), block('fd77:0:0:a::/64')]);
      for (const peer of [attacker, attacker6]) assert.ok(await does('closed', peer, { waitMs: 1_000 }), peer);
      for (const peer of [sibling, good, good6]) assert.ok(await does('tcp', peer), peer);
      assert.equal(await does('open', attacker), false);
      assert.deepEqual(faults, []);
    }));

  it('starve, if they are not to be ended', () =>
    withPackets(
      async ({ enforcer, does }) => {
        await enforcer.start([], []);
        await opened(does, [attacker]);
        await enforcer.add([block(attacker)]);
        assert.equal(await does('tcp', attacker), false);
        assert.equal(await does('closed', attacker), false);
      },
      { 'end-connections': false },
    ));
});
