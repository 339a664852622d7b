import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Network } from '../network.ts';
import { blockKey } from './block-key.ts';
import { listCache } from './cache-entries.ts';
import { withMi } from './mi.testkit.ts';

const targets = ['10.0.0.1', '203.0.113.254', '2001:db8::/64', '10.0.0.0/8', '2001:db8::', '2001:db8::a', '::/0'];

describe('listCache', () => {
  it('finds every key of a block, each once, in small parts', async () => {
    const held = targets.map((text) => blockKey(Network.parse(text)!));
    const answer = (_: string, { glob = '' }: Readonly<Record<string, string>>) => {
      const keys = held.filter((key) => key.endsWith(glob.slice(1))).map((name) => ({ name, value: '0' }));
      return JSON.stringify({ jsonrpc: '2.0', id: 1, result: { keys } });
    };
    await withMi(answer, async (mi) => {
      const entries = await listCache(mi, 'sipward_blocks');
      assert.deepEqual(entries.map(({ name }) => name).toSorted(), held.toSorted());
    });
  });

  it('does not take another answer for an empty list', () =>
    withMi(
      () => '{"jsonrpc":"2.0","id":1,"result":"OK"}',
      async (mi) => {
        await assert.rejects(listCache(mi, 'sipward_blocks'));
      },
    ));
});
