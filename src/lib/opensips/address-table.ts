import type { Network } from '../network.ts';
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
export const BLOCKED_NETWORKS_TABLE = 'sipward_networks';

export interface AddressRow {
  readonly network: Network;
  readonly group: number;
}

/**
 * A table of addresses for OpenSIPS' `permissions` (its table version 5), any port and transport. What a script gets with
 * a match, and a dump shows, is the network as text.
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
    rows: addresses.map(({ network, group }, index) => [
      index + 1,
      group,
      network.base.text,
      network.length,
      0,
      'any',
      '',
      network.text,
    ]),
  };
}
