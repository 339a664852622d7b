import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseLayout } from './layout.ts';

const ruleset = (packets: number, extra: readonly object[] = []) =>
  JSON.stringify({
    nftables: [
      { metainfo: { version: '1.0.6', release_name: 'Lester Gooch #5', json_schema_version: 1 } },
      { table: { family: 'inet', name: 'sipward', handle: 1 } },
      { counter: { family: 'inet', name: 'dropped', table: 'sipward', handle: 3, packets, bytes: packets * 400 } },
      {
        set: { family: 'inet', name: 'block4-32', table: 'sipward', type: 'ipv4_addr', handle: 4, flags: ['timeout'] },
      },
      {
        rule: {
          family: 'inet',
          table: 'sipward',
          chain: 'verdict',
          handle: 7,
          expr: [{ counter: 'dropped' }, { drop: null }],
        },
      },
      { table: { family: 'inet', name: 'site', handle: 2 } },
      { counter: { family: 'inet', name: 'dropped', table: 'site', handle: 1, packets: 999, bytes: 1 } },
      ...extra,
    ],
  });

describe('the layout of our table', () => {
  it('is the same however many packets were dropped', () => {
    const [before, after] = [parseLayout(ruleset(5), 'sipward'), parseLayout(ruleset(6), 'sipward')];
    assert.equal(before.signature, after.signature);
    assert.deepEqual([before.droppedPackets, after.droppedPackets], [5, 6]);
    assert.deepEqual([before.sets, before.rules], [['block4-32'], 1]);
  });

  it('is another with one more rule, and the same with a rule of somebody else', () => {
    const rule = (table: string) => ({
      rule: { family: 'inet', table, chain: 'verdict', handle: 8, expr: [{ accept: null }] },
    });
    const { signature } = parseLayout(ruleset(5), 'sipward');
    assert.notEqual(parseLayout(ruleset(5, [rule('sipward')]), 'sipward').signature, signature);
    assert.equal(parseLayout(ruleset(5, [rule('site')]), 'sipward').signature, signature);
  });

  it('is the same whatever else a version tells, and another for a table that sleeps', () => {
    const { signature } = parseLayout(ruleset(5), 'sipward');
    const counted = ruleset(5).replace('"handle":4', '"handle":9,"count":17');
    assert.notEqual(counted, ruleset(5));
    assert.equal(parseLayout(counted, 'sipward').signature, signature);
    const asleep = ruleset(5).replace('"name":"sipward"', '"name":"sipward","flags":"dormant"');
    assert.notEqual(parseLayout(asleep, 'sipward').signature, signature);
  });

  it('is empty without the table', () => {
    assert.deepEqual(parseLayout(ruleset(5), 'other'), {
      signature: '',
      sets: [],
      rules: 0,
      droppedPackets: undefined,
    });
    assert.deepEqual(parseLayout('{"nftables": []}', 'sipward').sets, []);
  });

  it('of a form that is not known is an error', () => {
    assert.throws(() => parseLayout('{}', 'sipward'));
    assert.throws(() => parseLayout('[', 'sipward'));
  });
});
