import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOW, type SignalSketch, signal } from '../../test/support/signals.ts';
import { FailingFlows } from './failing-flows.ts';

const HOUR = 3_600_000;

function failing(...sketches: readonly (SignalSketch & { readonly own?: true })[]): FailingFlows {
  const flows = new FailingFlows();
  for (const { own, ...sketch } of sketches) {
    const one = signal({ proven: 'yes', ...sketch });
    flows.note(`${one.user}@${one.domain}`, one, own !== true);
  }
  return flows;
}
const ports = (flows: FailingFlows, at = NOW) => flows.attacking(at).map(({ flow }) => flow.port);

test('who tries most accounts comes first, then who tries most', () => {
  const flows = failing(
    { port: 1, user: 'a', count: 50 },
    { port: 2, user: 'a' },
    { port: 2, user: 'b' },
    { port: 3, user: 'a' },
    { port: 4, user: 'c', own: true, count: 60 },
    { port: 5, user: 'c', own: true, count: 61 },
  );
  assert.deepEqual(ports(flows), [2, 1, 3, 5]);
});

test('only what is proven, and has a port, is of anybody', () => {
  const flows = failing({ port: 1, proven: 'no' }, { port: 0 }, { port: 2, transport: 'unknown' });
  assert.deepEqual([ports(flows), flows.latest], [[], undefined]);
  assert.equal(failing({ port: 1, proven: 'unknown' }).latest?.flow.text, 'udp:203.0.113.7:1');
});

test('counts anew after five minutes, and forgets after an hour', () => {
  const flows = failing({ port: 1, user: 'a', count: 9 }, { port: 1, user: 'a', at: NOW + 300_000 });
  assert.deepEqual([flows.latest?.count, flows.latest?.strange], [1, 1]);
  assert.deepEqual(ports(flows, NOW + 300_000 + HOUR), [1]);
  assert.deepEqual(ports(flows, NOW + 300_001 + HOUR), []);
  assert.equal(flows.expire(NOW + 300_000 + HOUR), 1);
  assert.equal(flows.expire(NOW + 300_001 + HOUR), 0);
});

test('remembers a bounded number of ports and accounts', () => {
  const flows = failing(...Array.from({ length: 5000 }, (_, i) => ({ port: 1 + i, user: String(i) })));
  assert.ok(ports(flows).length <= 32);
  assert.ok(ports(flows).includes(5000));
  const many = failing(...Array.from({ length: 500 }, (_, i) => ({ port: 1, user: 'x'.repeat(200) + i })));
  const [one] = many.attacking(NOW);
  assert.ok(one !== undefined && one.strangers.size <= 8 && [...one.strangers].every((name) => name.length <= 80));
});
