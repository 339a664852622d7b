import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Address } from '../../lib/address.ts';
import {
  addSource,
  countSources,
  countTrustedNetworks,
  MAX_SOURCES,
  type Seen,
  SOURCE_RING_WORDS,
  sourceTexts,
} from './source-ring.ts';

const NOW = Date.UTC(2026, 0, 15);
const HOUR = 3_600_000;
const SURE = { unproven: false, blind: false };
const key = (ip: string) => {
  const { high, low } = Address.parse(ip) ?? assert.fail(ip);
  return { high, low };
};
/** A ring between two words that must stay as they are. */
function ringOf(ips: readonly string[], flags: Partial<Seen> = {}, stepMs = 0): Uint32Array {
  const record = new Uint32Array(SOURCE_RING_WORDS + 2).fill(7, 0, 1).fill(7, -1);
  for (const [i, ip] of ips.entries()) addSource(record, 1, { ...key(ip), ...SURE, at: NOW + i * stepMs, ...flags });
  assert.equal(record[0], 7);
  assert.equal(record.at(-1), 7);
  return record;
}
const many = (count: number) => Array.from({ length: count }, (_, i) => `203.0.113.${i}`);

test('each source counts once, IPv6 by its /64', () => {
  const record = ringOf(['192.0.2.1', '192.0.2.1', '2001:db8::1', '2001:db8::2', '2001:db8:0:1::1']);
  assert.equal(countSources(record, 1, NOW, HOUR).all, 3);
  assert.deepEqual(sourceTexts(record, 1, NOW, HOUR), ['192.0.2.1', '2001:db8::/64', '2001:db8:0:1::/64']);
});

test('0.0.0.0 is a source like any other, and an empty ring has none', () => {
  assert.equal(countSources(ringOf(['0.0.0.0']), 1, NOW, HOUR).all, 1);
  assert.equal(countSources(ringOf([]), 1, NOW, HOUR).all, 0);
});

describe('time', () => {
  test('what is older than the window does not count', () => {
    const record = ringOf(many(10), {}, HOUR / 5);
    assert.equal(countSources(record, 1, NOW + 9 * (HOUR / 5), HOUR).all, 6);
  });
  test('a source seen again is young again', () => {
    const record = ringOf(['192.0.2.1']);
    addSource(record, 1, { ...key('192.0.2.1'), ...SURE, at: NOW + 2 * HOUR });
    assert.equal(countSources(record, 1, NOW + 2 * HOUR, HOUR).all, 1);
  });
});

test('those that may be forged, and those seen where customers are not, are told apart', () => {
  const record = ringOf(many(4), { unproven: true });
  addSource(record, 1, { ...key('192.0.2.1'), ...SURE, at: NOW });
  addSource(record, 1, { ...key('192.0.2.2'), ...SURE, at: NOW, blind: true });
  assert.deepEqual(countSources(record, 1, NOW, HOUR), { all: 6, trusted: 2, sighted: 1 });
  addSource(record, 1, { ...key('192.0.2.2'), ...SURE, at: NOW });
  assert.deepEqual(countSources(record, 1, NOW, HOUR), { all: 6, trusted: 2, sighted: 2 });
});

test('the latest are kept when there are too many', () => {
  const record = ringOf(many(MAX_SOURCES + 5));
  const texts = sourceTexts(record, 1, NOW, HOUR);
  assert.equal(texts.length, MAX_SOURCES);
  assert.ok(!texts.includes('203.0.113.4') && texts.includes('203.0.113.5') && texts.includes('203.0.113.36'));
});

test('networks count once, of sources that may not be forged, within the window', () => {
  const count = (ips: readonly string[], flags: Partial<Seen> = {}, at = NOW) =>
    countTrustedNetworks(ringOf(ips, flags), 1, at, HOUR);
  assert.equal(
    count(['192.0.2.1', '192.0.2.9', '192.0.3.1', '2001:db8:1:1::1', '2001:db8:1:2::1', '2001:db8:2::1']),
    4,
  );
  assert.equal(count(['192.0.2.1', '192.0.3.1'], { unproven: true }), 0);
  assert.equal(count(['192.0.2.1'], {}, NOW + HOUR + 4), 0);
});
