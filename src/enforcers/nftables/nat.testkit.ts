/** An office behind real NAT: a phone and an attacker in a network namespace, a router that masquerades, a SIP server beyond. */
import { cable, type Namespace, withNamespace } from '../../../test/support/namespace.ts';
import { PORTS, peer } from './network.testkit.ts';
import type { ClientCommand } from './peer.testkit.ts';

const SERVER = '10.78.0.1';
/** What the server sees of both. */
export const NAT = '10.78.0.2';
export const PHONE = '192.168.78.20';
export const ATTACKER = '192.168.78.66';

export interface Office {
  /** Where the server is, and the enforcer belongs. */
  readonly sbc: Namespace;
  readonly does: (op: ClientCommand['op'], from: string) => Promise<boolean>;
  /** The flow in which the server heard of a client last. */
  readonly latest: () => Promise<string>;
}

function masquerade(router: Namespace): void {
  router.sh('sysctl', '-q', '-w', 'net.ipv4.ip_forward=1');
  const rule = 'add rule ip nat out ip saddr 192.168.78.0/24 masquerade';
  router.sh('nft', `add table ip nat; add chain ip nat out { type nat hook postrouting priority 100; }; ${rule}`);
}

export function withOffice(use: (office: Office) => Promise<void>): Promise<void> {
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
          await use({
            sbc,
            does: async (op, from) => (await ask(op, from, op === 'closed' ? 1_000 : 400)) === '1',
            latest: () => server.ask('latest'),
          });
        } finally {
          await Promise.all([server.end(), clients.end()]);
        }
      }),
    ),
  );
}
