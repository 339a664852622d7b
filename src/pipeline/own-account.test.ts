import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signal } from '../../test/support/signals.ts';
import { isOwnAccount } from './own-account.ts';

for (const [sketch, expected] of [
  [{ kind: 'register.ok', proven: 'unknown' }, true],
  [{ kind: 'register.failed', proven: 'yes' }, false],
  [{ kind: 'call.started', transport: 'udp', proven: 'yes' }, true],
  [{ kind: 'call.started', transport: 'udp', proven: 'no' }, false],
  [{ kind: 'call.started', transport: 'udp', proven: 'unknown' }, false],
  [{ kind: 'call.started', transport: 'tls', proven: 'yes' }, false],
  [{ kind: 'call.started', transport: 'tls', proven: 'yes', authUser: '1001' }, true],
  [{ kind: 'call.failed', transport: 'tls', proven: 'yes', authUser: '1001' }, false],
  [{ kind: 'call.failed', transport: 'udp', proven: 'yes' }, false],
] as const) {
  test(`${Object.values(sketch).join(' ')}: ${expected ? 'ours' : 'nothing is known'}`, () =>
    assert.equal(isOwnAccount(signal(sketch)), expected));
}
