/** Two clients behind one address, by real NAT: the flow of one is dropped, the other's go on. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cable, type Namespace, withNamespace } from '../../../test/support/namespace.ts';
import { flow } from '../enforcer.testkit.ts';
import { type Lab, lend, skip } from './lab.testkit.ts';
import { PORTS, peer } from './network.testkit.ts';
import type { ClientCommand } from './peer.testkit.ts';

const SERVER = '10.78.0.1';
const NAT = '10.78.0.2';
const PHONE = '192.168.78.20';
const ATTACKER = '192.168.78.66';

interface Office extends Lab {
  readonly does: (op: ClientCommand['op'], from: string) => Promise<boolean>;
  /** The flow in which the server heard of a client last. */
  readonly latest: () => Promise<string>;
}

function masquerade(router: Namespace): void {
  router.sh('sysctl', '-q', '-w', 'net.ipv4.ip_forward=1');
  const chain = '{ type nat hook postrouting priority 100; }';
  router.sh(
    'nft',
    `add table ip nat; add chain ip nat out ${chain}; add rule ip nat out ip saddr 192.168.78.0/24 masquerade`,
  );
}

function withOffice(use: (office: Office) => Promise<void>): Promise<void> {
  return withNamespace((sbc) =>
    withNamespace((router) =>
      withNamespace(async (inside) => {
        cable('wan', sbc, SERVER, router, NAT);
        cable('lan', router, '192.168.78.1', inside, PHONE);
        inside.sh('ip', 'address', 'add', `${ATTACKER}/24`, 'dev', 'lan1');
        inside.sh('ip', 'route', 'add', 'default', 'via', '192.168.78.1');
        masquerade(router);
        const server = peer(sbc, ['serve', String(PORTS.sip)]);
        const clients = peer(inside, ['client']);
        const ask = (op: ClientCommand['op'], from: string, waitMs: number) =>
          clients.ask(JSON.stringify({ op, from, to: SERVER, port: PORTS.sip, waitMs } satisfies ClientCommand));
        try {
          for (let attempt = 0; attempt < 40; attempt++) if ((await ask('udp', PHONE, 250)) === '1') break;
          await lend(sbc, {}, (lab) =>
            use({
              ...lab,
              does: async (op, from) => (await ask(op, from, op === 'closed' ? 1_000 : 400)) === '1',
              latest: () => server.ask('latest'),
            }),
          );
        } finally {
          await Promise.all([server.end(), clients.end()]);
        }
      }),
    ),
  );
}

describe('nftables: behind one NAT address', { skip: skip ?? false }, () => {
  const until = () => Date.now() + 3_600_000;

  it('one UDP port is dropped, the other is answered', () =>
    withOffice(async ({ enforcer, does, latest }) => {
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
    withOffice(async ({ enforcer, does, latest, faults }) => {
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
