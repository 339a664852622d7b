import type { Network } from '../lib/network.ts';
import type { Peers } from '../opensips/peers.ts';
import { operationsOf } from './operation-input.ts';
import type { Operations } from './operations.ts';
import { accountHandlers } from './operations-accounts.ts';
import { allowlistHandlers } from './operations-allowlist.ts';
import { blockHandlers } from './operations-blocks.ts';
import type { ImpliedEntry, OperationsContext } from './operations-context.ts';
import { healthHandlers } from './operations-doctor.ts';
import { recordHandlers } from './operations-records.ts';
import { whyHandlers } from './operations-why.ts';
import { ownAddresses } from './own-addresses.ts';

/** Operations over a store, and over the running engine if there is one. */
export function localOperations(context: OperationsContext): Operations {
  return operationsOf({
    ...healthHandlers(context),
    ...blockHandlers(context),
    ...accountHandlers(context),
    ...whyHandlers(context),
    ...allowlistHandlers(context),
    ...recordHandlers(context),
  });
}

/** Who is never blocked without standing in the stored allowlist. @param peers whom OpenSIPS is provisioned with */
export function impliedAllowlist(configured: readonly Network[], peers: Peers): readonly ImpliedEntry[] {
  const described = (networks: readonly Network[], description: string) =>
    networks.map((network) => ({ network, description }));
  return [
    ...described(ownAddresses(), 'an address of this host'),
    ...described(configured, 'named in the configuration'),
    ...described(peers.backEnds, 'a back end of OpenSIPS'),
    ...described(peers.trunks, 'a trunk of OpenSIPS'),
    ...described(peers.own, 'OpenSIPS itself'),
  ];
}
