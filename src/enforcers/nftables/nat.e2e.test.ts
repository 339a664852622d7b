/** Two clients behind one address, by real NAT: the flow of one is dropped, the other's go on. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { flow } from '../enforcer.testkit.ts';
import { type Lab, lend, skip } from './lab.testkit.ts';
import { ATTACKER, type Office, PHONE, withOffice } from './nat.testkit.ts';

const withLab = (use: (lab: Lab & Office) => Promise<void>) =>
  withOffice((office) => lend(office.sbc, {}, (lab) => use({ ...lab, ...office })));

describe('nftables: behind one NAT address', { skip: skip ?? false }, () => {
  const until = () => Date.now() + 3_600_000;

  it('one UDP port is dropped, the other is answered', () =>
    withLab(async ({ enforcer, does, latest }) => {
      await enforcer.start([], []);
      assert.ok(await does('udp', PHONE));
      const phone = await latest();
      assert.ok(await does('udp', ATTACKER));
      const attacker = await latest();
      assert.match(phone, /^udp:10\.78\.0\.2:\d+$/);
      assert.match(attacker, /^udp:10\.78\.0\.2:\d+$/);
      assert.notEqual(attacker, phone);
      await enforcer.add([{ target: flow(attacker), expiresAt: until() }]);
      assert.equal(await does('udp', ATTACKER), false, 'a known flow ends at once');
      assert.ok(await does('udp', PHONE));
      assert.ok(await does('open', ATTACKER), 'another port');
      await enforcer.remove([flow(attacker)]);
      assert.ok(await does('udp', ATTACKER));
    }));

  it('one TCP connection ends, the other goes on', () =>
    withLab(async ({ enforcer, does, latest, faults }) => {
      await enforcer.start([], []);
      assert.ok(await does('open', PHONE));
      assert.ok(await does('tcp', PHONE));
      assert.ok(await does('open', ATTACKER));
      const attacker = await latest();
      assert.match(attacker, /^tcp:10\.78\.0\.2:\d+$/);
      await enforcer.add([{ target: flow(attacker), expiresAt: until() }]);
      assert.equal(await does('tcp', ATTACKER), false);
      assert.ok(await does('closed', ATTACKER));
      assert.ok(await does('tcp', PHONE));
      assert.deepEqual(faults, []);
    }));
});
