import { z } from 'zod';
import { blockTarget } from '../lib/opensips/block-key.ts';
import { listCache } from '../lib/opensips/cache-entries.ts';
import { listDisabled } from '../lib/opensips/disabled-entries.ts';
import { MiClient } from '../lib/opensips/mi-client.ts';

const dumped = z.object({ Destinations: z.array(z.unknown()).default([]) });
const server = z.object({ Server: z.string() });
const uptime = z.object({ 'Up since': z.string() });

/** What the running OpenSIPS has in memory. */
export interface OpensipsStatus {
  readonly version: string;
  readonly upSince: string;
  /** Targets of the blocks in its memory, as text. */
  readonly blocks: readonly string[];
  /** Accounts that it keeps from calling. */
  readonly disabled: readonly string[];
  /** How many trusted networks it has of its configuration, and of sipward's allowlist. */
  readonly peers: number;
  readonly allowed: number;
  /** Requests of blocked sources refused since its start. */
  readonly refusedRequests: number;
}

/** @param now what has ended by then counts no more, though OpenSIPS clears it away only every half minute */
export async function readStatus(url: string, now: number): Promise<OpensipsStatus> {
  const mi = new MiClient(url);
  try {
    const entries = await listCache(mi, 'sipward_blocks');
    return {
      version: server.parse(await mi.call('version')).Server,
      upSince: uptime.parse(await mi.call('uptime'))['Up since'],
      disabled: await disabledAccounts(mi, now),
      blocks: entries
        .filter(({ value }) => value === '0' || Number(value) > now)
        .flatMap(({ name }) => blockTarget(name)?.text ?? []),
      peers: await countNetworks(mi, 'sipward_peers'),
      allowed: await countNetworks(mi, 'sipward_allowed'),
      refusedRequests: await readRefused(mi),
    };
  } finally {
    mi.close();
  }
}

async function disabledAccounts(mi: MiClient, now: number): Promise<readonly string[]> {
  const entries = [...(await listDisabled(mi)).values()];
  return [...new Set(entries.filter(({ expiresAt = Infinity }) => expiresAt > now).map(({ aor }) => aor))];
}

async function countNetworks(mi: MiClient, partition: string): Promise<number> {
  const single = dumped.parse(await mi.call('address-dump', { partition }));
  const wider = dumped.parse(await mi.call('subnet-dump', { partition }));
  return single.Destinations.length + wider.Destinations.length;
}

async function readRefused(mi: MiClient): Promise<number> {
  const statistics = z
    .record(z.string(), z.coerce.number())
    .parse(await mi.call('get-statistics', { statistics: ['sipward_blocked'] }));
  return Object.values(statistics)[0] ?? 0;
}

/** What sipward thinks should be there, against what OpenSIPS holds. */
export interface Difference {
  readonly missing: readonly string[];
  readonly surplus: readonly string[];
}

export function difference(wanted: readonly string[], held: readonly string[]): Difference {
  const [wantedSet, heldSet] = [new Set(wanted), new Set(held)];
  return {
    missing: wanted.filter((target) => !heldSet.has(target)),
    surplus: held.filter((target) => !wantedSet.has(target)),
  };
}
