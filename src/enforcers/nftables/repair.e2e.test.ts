/** Somebody changes our table by hand, or it goes wrong: it is noticed and mended. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { withNamespace } from '../../../test/support/namespace.ts';
import { address, network } from '../enforcer.testkit.ts';
import type { Enforced } from '../enforcer.ts';
import { runNft } from './command.ts';
import { type Lab, lend, skip, withLab, withPackets } from './lab.testkit.ts';
import { PEERS } from './network.testkit.ts';

const { attacker, good } = PEERS;
const block = (text: string, ms = 3_600_000): Enforced => ({ target: network(text), expiresAt: Date.now() + ms });
const some = (count: number) =>
  Array.from({ length: count }, (_, i) => block(`11.${i >> 16}.${(i >> 8) & 255}.${i & 255}`));

describe('nftables: changed by hand', { skip: skip ?? false }, () => {
  const blocks = [block(attacker), block('fd77:0:0:a::/64'), block('10.99.0.0/16'), block('192.0.2.9')];
  const allowlist = [network('10.99.1.0/24')];

  /** What is done by hand, and how many entries have to be put back. */
  const CHANGES: readonly (readonly [string, readonly string[], number])[] = [
    ['a set is flushed', ['flush set inet sipward block4-32'], 2],
    ['the set of networks is flushed', ['flush set inet sipward block4-16'], 1],
    ['the table is deleted', ['delete table inet sipward'], 4],
    ['everything is flushed', ['flush ruleset'], 4],
    ['the table is put to sleep', ['add table inet sipward { flags dormant; }'], 4],
    ['the rules are flushed', ['flush chain inet sipward prerouting'], 4],
    ['the verdict is flushed', ['flush chain inet sipward verdict'], 4],
    ['a rule is put before ours', ['insert rule inet sipward prerouting accept'], 4],
    ['the allowlist is flushed', ['flush set inet sipward allow4-24'], 1],
    ['somebody is taken off the allowlist', ['delete element inet sipward allow4-24 { 10.99.1.0 }'], 1],
    ['one element is deleted', [`delete element inet sipward block4-32 { ${attacker} }`], 1],
    [
      'a time is cut short',
      [
        `delete element inet sipward block4-32 { ${attacker} }`,
        `add element inet sipward block4-32 { ${attacker} timeout 9s }`,
      ],
      1,
    ],
  ];

  for (const [what, commands, added] of CHANGES) {
    it(`${what}: put right by the next reconciliation`, () =>
      withLab(async ({ enforcer, namespace }) => {
        await enforcer.start(blocks, allowlist);
        for (const command of commands) namespace.sh('nft', command);
        assert.deepEqual(await enforcer.reconcile(blocks, allowlist), { added, removed: 0 });
        const seen = (await enforcer.list()).map((entry) => entry.target.text).sort();
        assert.deepEqual(seen, blocks.map((entry) => entry.target.text).sort());
        for (const text of [attacker, 'fd77:0:0:a::7', '10.99.2.1']) {
          assert.ok(await enforcer.check(address(text)), text);
        }
        assert.equal(await enforcer.check(address('10.99.1.1')), false);
        assert.deepEqual(await enforcer.reconcile(blocks, allowlist), { added: 0, removed: 0 });
      }));
  }

  for (const command of ['delete table inet sipward', 'flush table inet sipward', 'flush ruleset']) {
    it(`${command}, in the moment after all was put in place: put right all the same`, () =>
      withNamespace(async (namespace) => {
        // After the first transaction from stdin, somebody else's command.
        const script = `"$@"; code=$?; case "$*" in *"nft -f -"*) [ -e "$0" ] && rm "$0" && nft ${command};; esac; exit $code`;
        await using mark = await mkdtempDisposable(join(tmpdir(), 'sipward-nft-'));
        const file = join(mark.path, 'once');
        const prefix = [...namespace.prefix, 'sh', '-c', script, file];
        await lend(namespace, { prefix }, async ({ enforcer }) => {
          await enforcer.start(blocks, allowlist);
          await writeFile(file, '');
          namespace.sh('nft', 'delete table inet sipward');
          await enforcer.reconcile(blocks, allowlist);
          assert.equal(existsSync(file), false);
          await enforcer.reconcile(blocks, allowlist);
          assert.ok(await enforcer.check(address(attacker)));
          assert.match(namespace.sh('nft', 'list table inet sipward'), /@block4-32 goto verdict/);
          assert.deepEqual(await enforcer.reconcile(blocks, allowlist), { added: 0, removed: 0 });
        });
      }));
  }

  it('a set that we make ourselves at that moment is no damage', () =>
    withNamespace(async (namespace) => {
      // What a transaction has done is seen for a while before the program that did it ends.
      const script = `"$@"; code=$?; case "$*" in *"nft -f -"*) sleep 0.5;; esac; exit $code`;
      await lend(namespace, { prefix: [...namespace.prefix, 'sh', '-c', script, 'sh'] }, async ({ enforcer }) => {
        await enforcer.start(blocks, allowlist);
        const wider = block('198.51.100.0/24');
        const adding = enforcer.add([wider]);
        await setTimeout(250);
        assert.deepEqual(await enforcer.reconcile([...blocks, wider], allowlist), { added: 0, removed: 0 });
        await adding;
        assert.ok(await enforcer.check(address('198.51.100.7')));
      });
    }));

  it('an element is added: taken out by the next reconciliation', () =>
    withLab(async ({ enforcer, namespace }) => {
      await enforcer.start(blocks, allowlist);
      namespace.sh('nft', 'add element inet sipward block4-32 { 203.0.113.7 timeout 1h, 203.0.113.8 }');
      assert.deepEqual(await enforcer.reconcile(blocks, allowlist), { added: 0, removed: 2 });
      assert.equal(await enforcer.check(address('203.0.113.7')), false);
    }));

  it('somebody is put on the allowlist: taken off by the next reconciliation', () =>
    withLab(async ({ enforcer, namespace }) => {
      await enforcer.start(blocks, allowlist);
      namespace.sh('nft', 'add element inet sipward allow4-24 { 10.99.7.0 }');
      assert.equal(await enforcer.check(address('10.99.7.1')), false);
      assert.deepEqual(await enforcer.reconcile(blocks, allowlist), { added: 0, removed: 1 });
      assert.equal(await enforcer.check(address('10.99.7.1')), true);
      assert.equal(await enforcer.check(address('10.99.1.1')), false);
    }));

  it('the table is deleted: a change of the allowlist brings everything back', () =>
    withLab(async ({ enforcer, namespace }) => {
      await enforcer.start(blocks, allowlist);
      namespace.sh('nft', 'delete table inet sipward');
      await enforcer.allow([network('192.0.2.0/24')]);
      assert.equal(await enforcer.check(address('192.0.2.9')), false);
      assert.equal(await enforcer.check(address('10.99.1.1')), true);
    }));

  it('packets arrive while the set is empty, and no longer after the next reconciliation', () =>
    withPackets(async ({ enforcer, does, namespace }) => {
      await enforcer.start([block(attacker)], []);
      assert.equal(await does('udp', attacker), false);
      namespace.sh('nft', 'flush', 'ruleset');
      assert.ok(await does('udp', attacker));
      await enforcer.reconcile([block(attacker)], []);
      assert.equal(await does('udp', attacker), false);
      assert.ok(await does('udp', good));
    }));

  it('the table is deleted: the next block brings everything back, and it is told', () =>
    withLab(async ({ enforcer, namespace, faults }) => {
      await enforcer.start(blocks, allowlist);
      namespace.sh('nft', 'delete table inet sipward');
      await enforcer.add([block('192.0.2.77')]);
      assert.equal((await enforcer.list()).length, blocks.length + 1);
      assert.match(faults.map(String).join(), /put in place again/);
    }));

  it('says nothing of what others keep in tables of their own, and leaves it alone', () =>
    withLab(async ({ enforcer, namespace }) => {
      await enforcer.start(blocks, allowlist);
      namespace.sh('nft', 'add table inet site');
      namespace.sh('nft', 'add set inet site block4-32 { type ipv4_addr; elements = { 192.0.2.200 } }');
      assert.deepEqual(await enforcer.reconcile(blocks, allowlist), { added: 0, removed: 0 });
      await enforcer.start([], []);
      assert.match(namespace.sh('nft', 'list', 'set', 'inet', 'site', 'block4-32'), /192\.0\.2\.200/);
    }));
});

describe('nftables: what it finds at the start', { skip: skip ?? false }, () => {
  it('takes over what an earlier process left, without what is not wanted any more', () =>
    withLab(async ({ enforcer, namespace }) => {
      await enforcer.start([block(attacker), block('10.0.0.0/8')], [network('192.0.2.0/24')]);
      await enforcer.close();
      await enforcer.start([block(good)], []);
      assert.deepEqual(
        (await enforcer.list()).map((entry) => entry.target.text),
        [good],
      );
      assert.doesNotMatch(namespace.sh('nft', 'list', 'ruleset'), /block4-8|192\.0\.2/);
    }));

  for (const [what, statements] of [
    ['a set of another type', 'add set inet sipward block4-32 { type ipv4_addr; }'],
    ['a chain elsewhere', 'add chain inet sipward prerouting { type filter hook input priority 0; }'],
    ['a plain chain', 'add chain inet sipward prerouting'],
  ] as const) {
    it(`replaces a table of its name with ${what}`, () =>
      withLab(async ({ enforcer, namespace }) => {
        namespace.sh('nft', `add table inet sipward; ${statements}`);
        await enforcer.start([block(attacker)], []);
        assert.ok(await enforcer.check(address(attacker)));
        assert.deepEqual(await enforcer.reconcile([block(attacker)], []), { added: 0, removed: 0 });
      }));
  }

  it('tells of interval sets of others that make every change slow', () =>
    withLab(async ({ enforcer, namespace, faults }) => {
      await enforcer.start([], []);
      assert.deepEqual(faults, []);
      const site = 'add table inet site; add set inet site countries { type ipv4_addr; flags interval; }';
      const networks = Array.from(
        { length: 60_000 },
        (_, i) => `${20 + (i >> 15)}.${(i >> 7) & 255}.${(i * 2) & 255}.0/24`,
      );
      const input = `${site}\nadd element inet site countries { ${networks.join(', ')} }\n`;
      await runNft(namespace.prefix, ['-f', '-'], { input });
      await enforcer.start([], []);
      assert.match(faults.map(String).join(), /each change takes \d+ ms: nft reads all interval sets of this host/);
    }));

  it('brings up a layer whose start failed at the next reconciliation', () =>
    withLab(async ({ enforcer }) => {
      const blocks = [block(attacker)];
      assert.deepEqual(await enforcer.reconcile(blocks, []), { added: 1, removed: 0 });
      assert.ok(await enforcer.check(address(attacker)));
    }));
});

describe('nftables: its session', { skip: skip ?? false }, () => {
  /** The `nft -i` of a lab: the only process of that command line with its prefix. */
  const sessionOf = ({ namespace }: Lab): number => {
    const found = namespace
      .sh('ps', '-eo', 'pid,ppid,args')
      .split('\n')
      .map((line) => line.trim().split(/\s+/));
    const ours = found.filter(
      ([, parent, ...args]) => parent === `${process.pid}` && args.join(' ').endsWith('nft -i'),
    );
    assert.equal(ours.length, 1, JSON.stringify(ours));
    return Number(ours[0]?.[0]);
  };

  it('is started anew when it dies, and it is told', () =>
    withLab(async (lab) => {
      await lab.enforcer.start([], []);
      await lab.enforcer.add([block('192.0.2.1')]);
      process.kill(sessionOf(lab), 'SIGKILL');
      await lab.enforcer.add([block('192.0.2.2')]);
      await lab.enforcer.add([block('192.0.2.3')]);
      assert.equal((await lab.enforcer.list()).length, 3);
      assert.equal(typeof sessionOf(lab), 'number');
    }));

  it('is ended when it hangs, and the block goes the slow way', () =>
    withLab(async (lab) => {
      await lab.enforcer.start([], []);
      await lab.enforcer.add([block('192.0.2.1')]);
      process.kill(sessionOf(lab), 'SIGSTOP');
      await Promise.all([lab.enforcer.add([block('192.0.2.2')]), lab.enforcer.remove([network('192.0.2.1')])]);
      assert.deepEqual(
        (await lab.enforcer.list()).map((entry) => entry.target.text),
        ['192.0.2.2'],
      );
      assert.match(lab.faults.map(String).join(), /did not answer within 5000 ms/);
    }));

  it('does not grow: it is started anew after some thousand lines', () =>
    withLab(
      async (lab) => {
        await lab.enforcer.start([], []);
        await lab.enforcer.add([block('192.0.2.1')]);
        const first = sessionOf(lab);
        for (let i = 0; i < 5_001; i++) await lab.enforcer.add([block(`11.0.${i >> 8}.${i & 255}`)]);
        await setTimeout(100);
        assert.notEqual(sessionOf(lab), first);
        assert.deepEqual(lab.faults, []);
      },
      { 'end-connections': false },
    ));
});

describe('nftables: while it is being looked at', { skip: skip ?? false }, () => {
  it('what changes during a reconciliation is neither lifted nor put back', () =>
    withLab(async ({ enforcer }) => {
      const blocks = some(5_000);
      await enforcer.start(blocks, []);
      const reconciling = enforcer.reconcile(blocks, []);
      const added: Enforced[] = [];
      const removed = new Set<string>();
      let isOver = false;
      void reconciling.then(() => {
        isOver = true;
      });
      for (let i = 0; !isOver; i++) {
        const one = block(`12.0.${i >> 8}.${i & 255}`);
        added.push(one);
        const target = blocks[i]!.target;
        removed.add(target.text);
        await Promise.all([enforcer.add([one]), enforcer.remove([target])]);
      }
      assert.deepEqual(await reconciling, { added: 0, removed: 0 });
      assert.ok(added.length > 10);
      const expected = [...blocks.filter((entry) => !removed.has(entry.target.text)), ...added];
      const seen = await enforcer.list();
      assert.deepEqual(
        seen.map((entry) => entry.target.text).sort(),
        expected.map((entry) => entry.target.text).sort(),
      );
    }));

  it('writes thousands that come at once, and keeps their times', () =>
    withLab(async ({ enforcer }) => {
      await enforcer.start([], []);
      await Promise.all(some(3_000).map((one) => enforcer.add([one])));
      await enforcer.add(some(3_500));
      const seen = await enforcer.list();
      assert.equal(seen.length, 3_500);
      const left = seen.map((entry) => (entry.expiresAt ?? 0) - Date.now());
      assert.ok(Math.min(...left) > 3_500_000 && Math.max(...left) <= 3_601_000);
    }));
});
