import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LayerTrouble } from './layer-trouble.ts';

const NOW = Date.UTC(2026, 0, 15);
const MINUTE = 60_000;
const broken = [{ name: 'nftables', error: 'nft died' }];
const well = [{ name: 'nftables', error: null }];
const texts = (changes: readonly { type: string; description: string }[]) =>
  changes.map(({ type, description }) => `${type}: ${description}`);

describe('a layer that cannot be put right', () => {
  test('is told of after a minute, once, and when it works again', () => {
    const trouble = new LayerTrouble();
    const told = [];
    for (let at = 0; at < 10 * MINUTE; at += 3000) told.push(...trouble.observe(broken, NOW + at));
    told.push(...trouble.observe(well, NOW + 10 * MINUTE), ...trouble.observe(well, NOW + 11 * MINUTE));
    assert.deepEqual(texts(told), [
      'enforcement_failing: nftables has not held what it should for 1m and cannot be put right: nft died',
      'enforcement_repaired: nftables works again, after 10m',
    ]);
  });

  test('is none if it works again within the minute', () => {
    const trouble = new LayerTrouble();
    for (let i = 0; i < 100; i++) {
      assert.deepEqual(trouble.observe(broken, NOW + i * MINUTE), []);
      assert.deepEqual(trouble.observe(well, NOW + i * MINUTE + 50_000), []);
    }
  });
});

describe('a layer that is emptied', () => {
  test('again and again is told of once, until it has stayed right for an hour', () => {
    const trouble = new LayerTrouble();
    const at = (minutes: number) => NOW + minutes * MINUTE;
    assert.deepEqual(
      [0, 5, 10, 15, 20].map((minutes) => trouble.noteRepair('nftables', at(minutes))),
      ['one', 'one', 'again', 'told', 'told'],
    );
    trouble.observe(well, at(79));
    assert.deepEqual(trouble.emptied, ['nftables']);
    trouble.observe(well, at(81));
    assert.deepEqual(trouble.emptied, []);
    assert.equal(trouble.noteRepair('nftables', at(82)), 'one');
  });

  test('now and then is not', () => {
    const trouble = new LayerTrouble();
    for (let hours = 0; hours < 20; hours++)
      assert.equal(trouble.noteRepair('nftables', NOW + hours * 31 * MINUTE), 'one');
    assert.equal(trouble.noteRepair('opensips', NOW), 'one');
  });
});
