/**
 * Bounds what a start with many blocks costs: 100,000 blocks restored in at most 2 s, in one transaction, without a
 * moment in which a blocked source gets through; and what one block and one look at the kernel cost beside them.
 * Yardstick: fail2ban 1.0.2 needs 147 to 160 s to restore 10,000 bans. Needs unshare, nft and permission to use them.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import type { Enforced } from '../src/enforcers/enforcer.ts';
import { lend, skip } from '../src/enforcers/nftables/lab.testkit.ts';
import { PEERS, withNetwork } from '../src/enforcers/nftables/network.testkit.ts';
import { Address } from '../src/lib/address.ts';
import { Network } from '../src/lib/network.ts';
import { networkOf } from '../src/lib/target.ts';
import type { Namespace } from '../test/support/namespace.ts';

const SIZES = [1_000, 10_000, 100_000];
const BUDGET_MS = 2_000;
const ADDS = 300;

/** Of a hundred: one network, nine IPv6 /64, ninety IPv4 addresses. */
function blocksOf(count: number): Enforced[] {
  return Array.from({ length: count }, (_, i) => ({ target: targetOf(i), expiresAt: Date.now() + 3_600_000 + i }));
}

function targetOf(i: number): Network {
  if (i % 100 === 0) return Network.of(Address.v4(0x0c000000 + i * 256), 24);
  if (i % 100 < 10) return Network.of(Address.v6(0x20010db8, i, 0, 0), 64);
  return Network.single(Address.v4(0x0b000000 + i));
}

/**
 * How many transactions the kernel sees while `work` runs. It numbers them, and `nft monitor` tells the number; while
 * 100,000 elements change it loses count, so it looks only before and after.
 */
async function countTransactions(namespace: Namespace, work: () => Promise<void>): Promise<number> {
  const before = await generation(namespace);
  await work();
  const after = await generation(namespace);
  return after.last - after.own - before.last;
}

/** The number of the last transaction, and how many of our own it took to see one. */
async function generation(namespace: Namespace): Promise<{ last: number; own: number }> {
  const [file = '', ...args] = [...namespace.prefix, 'stdbuf', '-oL', 'nft', 'monitor'];
  const monitor = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const seen = Promise.withResolvers<number>();
  let output = '';
  monitor.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
    const number = /# new generation (\d+) /.exec(output)?.[1];
    if (number !== undefined) seen.resolve(Number(number));
  });
  const stop = new AbortController();
  void seen.promise.then(() => stop.abort());
  let own = 0;
  for (; !stop.signal.aborted; own++) {
    // A table that is there already would make no transaction.
    namespace.sh('nft', 'add table inet bench; delete table inet bench');
    await setTimeout(1_000, undefined, { signal: stop.signal }).catch(() => {});
  }
  monitor.kill();
  await once(monitor, 'close');
  return { last: await seen.promise, own };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN;
}

const ms = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} ms`;

/** How long `work` takes, and for how long it holds up everything else at most. */
async function observed(work: () => Promise<unknown>): Promise<string> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const took = await timed(work);
  delay.disable();
  return `${ms(took)} (event loop held ${ms(delay.max / 1e6)})`;
}

async function measure(size: number): Promise<void> {
  await withNetwork(({ sbc, does, received }) =>
    lend(sbc, { 'end-connections': false }, async ({ enforcer, faults }) => {
      const attacker: Enforced = { target: Network.parse(PEERS.attacker)!, expiresAt: undefined };
      const blocks = [attacker, ...blocksOf(size - 1)];
      const empty = await timed(() => enforcer.start(blocks, []));
      const before = await received();
      const flood = does('flood', PEERS.attacker, { waitMs: 2_000 });
      const again = await timed(() => enforcer.start(blocks, []));
      await flood;
      const passed = (await received()) - before;

      const whole = await observed(() => enforcer.reconcile(blocks, []));
      const dropped = enforcer.dropped() ?? 0;
      const look = await observed(() => enforcer.reconcile(blocks, []));
      const check = await observed(() => enforcer.check(networkOf(attacker.target).base));
      const adds: number[] = [];
      for (let i = 0; i < ADDS; i++) {
        const target = Network.single(Address.v4(0x0d000000 + i));
        adds.push(await timed(() => enforcer.add([{ target, expiresAt: Date.now() + 60_000 }])));
      }
      const transactions = await countTransactions(sbc, () => enforcer.start(blocks, []));

      console.log(
        `${size} blocks: restored in ${ms(empty)}, over themselves in ${ms(again)}, by ${transactions} transaction, ` +
          `${dropped} packets of a blocked source dropped meanwhile, ${passed} got through`,
      );
      console.log(
        `  one block more: p50 ${ms(percentile(adds, 0.5))}, p99 ${ms(percentile(adds, 0.99))}; check ${check}`,
      );
      console.log(`  reconciliation: whole comparison ${whole}, a look ${look}`);
      assert.equal(passed, 0, 'packets of a blocked source got through during a restart');
      assert.equal(transactions, 1, 'a start is one transaction');
      assert.ok(empty <= BUDGET_MS && again <= BUDGET_MS, `the budget is ${BUDGET_MS} ms`);
      assert.deepEqual(faults, []);
    }),
  );
}

if (skip === undefined) for (const size of SIZES) await measure(size);
