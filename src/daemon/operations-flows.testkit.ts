/** What every implementation of the operations must do about blocks of single flows: ports of an address. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseTarget } from '../lib/target.ts';
import { type Bench, refused, START, type WithBench } from './operations.testkit.ts';
import { blockRow } from './records.ts';

const HOUR_MS = 3_600_000;
const FLOWS = ['udp:203.0.113.7:5071', 'tcp:203.0.113.7:5071', 'udp:[2001:db8::1]:5060'];

/** As decisions do it. */
async function blockFlows({ engine, store }: Bench, texts: readonly string[] = FLOWS): Promise<void> {
  const blocks = texts.map((text) => ({
    target: parseTarget(text) ?? assert.fail(text),
    reason: `blocked for 1h: ${text}`,
    blockedAt: START,
    expiresAt: START + HOUR_MS,
    automatic: true,
  }));
  await engine.applyBlocks(blocks);
  await store.addBlocks(blocks.map((block) => blockRow(block, 'brute-force')));
}

export function testFlowOperations(name: string, withBench: WithBench): void {
  const story = (title: string, use: (bench: Bench) => Promise<void>) => it(title, () => withBench(use));
  const targets = (rows: readonly { readonly target: string }[]) => rows.map(({ target }) => target).sort();

  describe(`${name}: ports`, () => {
    story('are listed, and lifted with their address, everywhere', async (bench) => {
      const { operations, engine } = bench;
      await blockFlows(bench);
      assert.deepEqual(targets((await operations.blocks({})).blocks), [...FLOWS].sort());
      const { lifted } = await operations.unblock({ address: '203.0.113.7', by: 'ann', reason: 'phone moved' });
      assert.deepEqual(targets(lifted), FLOWS.slice(0, 2).sort());
      assert.deepEqual([...engine.blocks.keys()], [FLOWS[2]]);
      const { events } = await operations.events({ type: 'ip_unblocked', source: '203.0.113.7' });
      assert.deepEqual(events.map(({ ip, description }) => [ip, description]).sort(), [
        ['203.0.113.7', 'TCP port 5071 of 203.0.113.7: Lifted by ann: phone moved'],
        ['203.0.113.7', 'UDP port 5071 of 203.0.113.7: Lifted by ann: phone moved'],
      ]);
      assert.deepEqual(events.find(({ description }) => description.startsWith('TCP'))?.details, {
        by: 'ann',
        port: 5071,
        protocol: 'tcp',
      });
      assert.deepEqual(targets((await operations.unblock({ address: '2001:db8::/64' })).lifted), [FLOWS[2]]);
    });

    story('are why an address is let in but for them', async (bench) => {
      await blockFlows(bench, FLOWS.slice(0, 1));
      for (const subject of ['203.0.113.7', FLOWS[0]!]) {
        const answer = await bench.operations.why({ subject });
        assert.deepEqual([answer.verdict, answer.subject], ['not-blocked', { ip: '203.0.113.7' }]);
        const reason = `blocked for 1h: ${FLOWS[0]}`;
        const port = 'UDP port 5071 of 203.0.113.7';
        assert.equal(
          answer.answer,
          `203.0.113.7 is let in, but for ${port}, which is blocked by brute-force: ${reason}`,
        );
        assert.deepEqual([targets(answer.ports), answer.blocks, answer.notes], [[FLOWS[0]], [], []]);
      }
      bench.engine.blocks.clear();
      const { notes } = await bench.operations.why({ subject: '203.0.113.7' });
      assert.deepEqual(notes, ['memory lets UDP port 5071 of 203.0.113.7 in, against the store.']);
      const { ports } = await bench.operations.why({ subject: '203.0.113.8' });
      assert.deepEqual(ports, []);
    });

    story('are blocked and lifted by hand, too', async ({ operations, engine }) => {
      const flow = 'udp:[2001:db8::1]:5060';
      const blocked = await operations.block({ address: flow, for: '10m', reason: 'test', by: 'ann' });
      assert.deepEqual([blocked.target, blocked.changed, [...engine.blocks.keys()]], [flow, true, [flow]]);
      assert.equal((await operations.block({ address: flow, for: '5m' })).changed, false);
      await operations.block({ address: 'tcp:[2001:db8::1]:5060' });
      assert.deepEqual(targets((await operations.unblock({ address: flow })).lifted), [flow]);
      assert.deepEqual([...engine.blocks.keys()], ['tcp:[2001:db8::1]:5060']);
      const { notes } = await operations
        .block({ address: '2001:db8::/64' })
        .then(() => operations.unblock({ address: flow }));
      assert.match(notes.join(), /^UDP port 5060 of 2001:db8::1 is still kept out by the block of 2001:db8::\/64/);
      await refused(operations.block({ address: 'udp:127.0.0.1:5060' }), 'refused', 'address', /never blocked/);
      await refused(operations.block({ address: 'udp:192.0.2.1' }), 'invalid', 'address', /or a port of an address/);
      for (const subject of ['203.0.113.7:5071', 'udp:203.0.113.7', 'tls:203.0.113.7:5061', 'UDP:203.0.113.7:5071'])
        await refused(operations.why({ subject }), 'invalid', 'subject', /^expected an IP address/);
    });

    story('are refused where no enforcer can, and nothing wider is blocked', async ({ operations, engine }) => {
      engine.blocksFlows = false;
      const message =
        /^UDP port 5071 of 203\.0\.113\.7 cannot be blocked: no enforcer in use can keep a single port out$/;
      await refused(operations.block({ address: FLOWS[0]! }), 'refused', 'address', message);
      assert.deepEqual([...engine.blocks.keys()], []);
    });

    story('end when their address is put on the allowlist', async (bench) => {
      await blockFlows(bench);
      const { lifted } = await bench.operations.allowAdd({ entries: [{ address: '203.0.113.0/24' }] });
      assert.deepEqual(targets(lifted), FLOWS.slice(0, 2).sort());
      assert.deepEqual(targets((await bench.operations.blocks({})).blocks), [FLOWS[2]]);
    });
  });
}
