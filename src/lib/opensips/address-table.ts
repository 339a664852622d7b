import { Flow } from '../flow.ts';
import { networkOf, type Target } from '../target.ts';
import type { TextTable } from './db-text.ts';

/** Groups of the table `sipward_peers`. */
export const BACK_END_GROUP = 1;
export const TRUNK_GROUP = 2;
/** The addresses that OpenSIPS itself listens on: requests that come back to it are no attack. */
export const OWN_GROUP = 3;
/** The one group of the tables that the enforcer writes. */
export const ALLOWED_GROUP = 1;

export const PEERS_TABLE = 'sipward_peers';
export const ALLOWED_TABLE = 'sipward_allowed';
/** Of blocked networks and flows. */
export const BLOCKED_NETWORKS_TABLE = 'sipward_networks';

export interface AddressRow {
  readonly target: Target;
  readonly group: number;
}

/** What OpenSIPS calls the ways a packet of a flow may have come. */
const TRANSPORTS = { udp: ['udp'], tcp: ['tcp', 'tls', 'ws', 'wss'] } as const;

/**
 * A table of addresses for OpenSIPS' `permissions` (its table version 5): networks with any port and transport, flows with
 * theirs. What a script gets with a match, and a dump shows, is the target as text.
 */
export function addressTable(name: string, addresses: readonly AddressRow[]): TextTable {
  return {
    name,
    version: 5,
    columns: [
      'id(int,auto)',
      'grp(int)',
      'ip(string)',
      'mask(int)',
      'port(int)',
      'proto(string)',
      'pattern(string,null)',
      'context_info(string,null)',
    ],
    rows: addresses.flatMap(matches).map((fields, index) => [index + 1, ...fields]),
  };
}

/** The rows of one target, but for their numbers. */
function matches({ target, group }: AddressRow): readonly (readonly (string | number)[])[] {
  const { base, length } = networkOf(target);
  const row = (port: number, transport: string) => [group, base.text, length, port, transport, '', target.text];
  return target instanceof Flow ? TRANSPORTS[target.protocol].map((one) => row(target.port, one)) : [row(0, 'any')];
}
