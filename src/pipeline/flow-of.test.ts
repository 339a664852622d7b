import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signal } from '../../test/support/signals.ts';
import { flowOf } from './flow-of.ts';

test('a flow is of UDP or TCP, whatever runs over it', () => {
  const flows = (['udp', 'tcp', 'tls', 'ws', 'wss'] as const).map((transport) => flowOf(signal({ transport }))?.text);
  assert.deepEqual(flows, ['udp:203.0.113.7:5060', ...Array(4).fill('tcp:203.0.113.7:5060')]);
});

test('without port or transport there is none', () => {
  for (const sketch of [{ port: 0 }, { port: 70_000 }, { transport: 'unknown' }] as const) {
    assert.equal(flowOf(signal(sketch)), undefined);
  }
});
