/** A SIP server and its clients in two network namespaces joined by a wire, with real packets between them. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type Namespace, withNamespace } from '../../../test/support/namespace.ts';
import type { ClientCommand } from './peer.testkit.ts';

export const SERVER = { 4: '10.77.0.1', 6: 'fd77::1' } as const;
/** `attacker` and `sibling` share a /64 (and a /24), `good` has its own. */
export const PEERS = {
  attacker: '10.77.1.2',
  sibling: '10.77.1.3',
  good: '10.77.2.2',
  attacker6: 'fd77:0:0:a::2',
  sibling6: 'fd77:0:0:a:ffff::3',
  good6: 'fd77:0:0:b::2',
} as const;

export const PORTS = { sip: 5060, other: 5099 } as const;

export interface Network {
  /** Where the server is, and the enforcer belongs. */
  readonly sbc: Namespace;
  /** Whether an echo comes back (`udp`, `tcp`), a connection is made (`open`) or ends (`closed`). */
  readonly does: (
    op: ClientCommand['op'],
    from: string,
    options?: { port?: number; waitMs?: number },
  ) => Promise<boolean>;
  /** UDP packets that have reached the server. */
  readonly received: () => Promise<number>;
}

/** An echo on a wire without delay takes a millisecond or two. */
const WAIT_MS = 250;

export function withNetwork<T>(use: (network: Network) => Promise<T>): Promise<T> {
  return withNamespace((sbc) =>
    withNamespace(async (outside) => {
      wire(sbc, outside);
      const server = peer(sbc, ['serve', ...Object.values(PORTS).map(String)]);
      const client = peer(outside, ['client']);
      try {
        const network: Network = {
          sbc,
          received: async () => Number(await server.ask('')),
          does: async (op, from, { port = PORTS.sip, waitMs = WAIT_MS } = {}) => {
            const to = SERVER[from.includes(':') ? 6 : 4];
            return (await client.ask(JSON.stringify({ op, from, to, port, waitMs } satisfies ClientCommand))) === '1';
          },
        };
        await ready(network);
        return await use(network);
      } finally {
        await Promise.all([server.end(), client.end()]);
      }
    }, sbc),
  );
}

function wire(sbc: Namespace, outside: Namespace): void {
  sbc.sh('ip', 'link', 'add', 'sip0', 'type', 'veth', 'peer', 'name', 'net0', 'netns', `${outside.pid}`);
  sbc.sh('ip', 'address', 'add', `${SERVER[4]}/16`, 'dev', 'sip0');
  sbc.sh('ip', 'address', 'add', `${SERVER[6]}/48`, 'dev', 'sip0', 'nodad');
  for (const address of Object.values(PEERS)) {
    const length = address.includes(':') ? ['48', 'nodad'] : ['16'];
    outside.sh('ip', 'address', 'add', `${address}/${length[0]}`, 'dev', 'net0', ...length.slice(1));
  }
  sbc.sh('ip', 'link', 'set', 'sip0', 'up');
  outside.sh('ip', 'link', 'set', 'net0', 'up');
}

/** A server, or clients, in a namespace: one line asked, one answered. */
export function peer(namespace: Namespace, args: readonly string[]) {
  const program = new URL('./peer.testkit.ts', import.meta.url).pathname;
  const [file = '', ...rest] = [...namespace.prefix, process.execPath, program, ...args];
  const child: ChildProcess = spawn(file, rest, { stdio: ['pipe', 'pipe', 'inherit'] });
  assert.ok(child.stdin && child.stdout);
  const waiting: ((line: string) => void)[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.(line));
  return {
    ask: (line: string) =>
      new Promise<string>((resolve) => {
        waiting.push(resolve);
        child.stdin?.write(`${line}\n`);
      }),
    end: async () => {
      child.stdin?.end();
      if (child.exitCode === null) await once(child, 'close');
    },
  };
}

/** IPv6 needs a second after the link is up (RFC 4862), and each side must find the other once. */
async function ready(network: Network): Promise<void> {
  const unheard = new Set<string>(Object.values(PEERS));
  for (let attempt = 0; attempt < 50 && unheard.size > 0; attempt++) {
    for (const peer of unheard) if (await network.does('udp', peer)) unheard.delete(peer);
  }
  assert.deepEqual([...unheard], [], 'no packets between the namespaces');
}
