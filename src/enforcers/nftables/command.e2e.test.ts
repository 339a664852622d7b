/** Where nft is missing, may not act, or may not do much at once. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withUserNamespace } from '../../../test/support/namespace.ts';
import { address, network } from '../enforcer.testkit.ts';
import { type Enforced, EnforcerUnavailable } from '../enforcer.ts';
import { complaint, NftError, run, runNft } from './command.ts';
import { nftablesConfig } from './config.ts';
import { lend, skip, withLab } from './lab.testkit.ts';
import { Nftables } from './nftables.ts';

const startWith = (prefix: readonly string[]) =>
  new Nftables(nftablesConfig.parse({ prefix }), { clock: Date.now, onFault: assert.fail }).start([], []);

describe('nftables: where it cannot be used', { skip: skip ?? false }, () => {
  const CASES: readonly (readonly [string, readonly string[], RegExp])[] = [
    [
      'without nft',
      ['env', '-i', 'PATH=/nowhere', '/usr/bin/env'],
      /^nft is not installed: install the package nftables$/,
    ],
    ['without the program before it', ['no-such-program'], /^no-such-program is not installed: see prefix/],
    [
      'without permission',
      ['setpriv', '--bounding-set=-net_admin', '--inh-caps=-net_admin'],
      /^nft may not change the firewall: .*CAP_NET_ADMIN/,
    ],
    [
      'in a namespace that is not there',
      ['ip', 'netns', 'exec', 'sipward-none'],
      /^the place that prefix names is not there: .*sipward-none/,
    ],
    ['in a process that is not there', ['nsenter', '--target', '99999999', '--net'], /^the place that prefix names/],
  ];
  for (const [what, prefix, message] of CASES) {
    it(`says what is missing ${what}`, () =>
      assert.rejects(startWith(prefix), (error) => {
        assert.ok(error instanceof EnforcerUnavailable, String(error));
        assert.match(error.message, message);
        return true;
      }));
  }
});

describe('nftables: in a container without rights on the host', { skip: skip ?? false }, () => {
  const block = (text: string): Enforced => ({ target: network(text), expiresAt: Date.now() + 3_600_000 });
  const blocks = Array.from({ length: 6_000 }, (_, i) => block(`11.0.${i >> 8}.${i & 255}`));
  const texts = (all: readonly Enforced[]) => all.map((entry) => entry.target.text).sort();

  it('starts with more blocks than fit into one transaction, without a gap for those in place', () =>
    withUserNamespace((namespace) =>
      lend(namespace, {}, async ({ enforcer, faults }) => {
        await enforcer.start(blocks.slice(0, 10), []);
        await enforcer.start(blocks, [network('192.0.2.0/24')]);
        assert.deepEqual(texts(await enforcer.list()), texts(blocks));
        await enforcer.start(blocks.slice(3_000), []);
        assert.deepEqual(texts(await enforcer.list()), texts(blocks.slice(3_000)));
        assert.deepEqual(await enforcer.reconcile(blocks.slice(3_000), []), { added: 0, removed: 0 });
        await enforcer.add(blocks.slice(0, 3_000));
        assert.equal((await enforcer.list()).length, 6_000);
        assert.deepEqual(faults, []);
      }),
    ));

  it('notices what is flushed there too', () =>
    withUserNamespace((namespace) =>
      lend(namespace, {}, async ({ enforcer }) => {
        await enforcer.start(blocks, []);
        namespace.sh('nft', 'flush', 'ruleset');
        assert.deepEqual(await enforcer.reconcile(blocks, []), { added: 6_000, removed: 0 });
        assert.ok(await enforcer.check(address('11.0.1.1')));
      }),
    ));
});

describe('programs', { skip: skip ?? false }, () => {
  it('are ended when they hang', () =>
    assert.rejects(
      run({ prefix: ['sh', '-c', 'exec sleep 60'], program: 'nft', args: [] }, { timeoutMs: 100 }),
      /nft did not answer within 100 ms and was ended/,
    ));

  it('tell what nft complains about, cut short', () =>
    withLab(async ({ namespace }) => {
      const input = `add element inet nowhere block4-32 { ${Array.from({ length: 300 }, (_, i) => `192.0.2.${i % 256}`).join(', ')} }\n`;
      await assert.rejects(runNft(namespace.prefix, ['-f', '-'], { input }), (error) => {
        assert.ok(error instanceof NftError);
        assert.match(error.message, /No such file or directory/);
        assert.ok(error.message.length <= 501);
        return true;
      });
    }));

  it('leave no history file', () =>
    withLab(async ({ enforcer, namespace }) => {
      await enforcer.start([], []);
      await enforcer.add([{ target: network('192.0.2.1'), expiresAt: undefined }]);
      const pid = namespace
        .sh('ps', '-eo', 'pid,ppid,args')
        .split('\n')
        .map((line) => line.trim().split(/\s+/));
      const session = pid.find(
        ([, parent, ...args]) => parent === `${process.pid}` && args.join(' ').endsWith('nft -i'),
      );
      assert.match(namespace.sh('cat', `/proc/${session?.[0]}/environ`), /(^|\0)HOME=\/dev\/null\0/);
    }));

  it('that lack the kernel part are told apart from those that lack permission', () => {
    assert.match(complaint('Error: Could not process rule: Operation not permitted\n').message, /CAP_NET_ADMIN/);
    assert.match(complaint('Unable to initialize Netlink socket: Protocol not supported').message, /nf_tables/);
    assert.ok(complaint('Error: Could not process rule: File exists\n') instanceof NftError);
  });
});
