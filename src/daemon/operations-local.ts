import type { Network } from '../lib/network.ts';
import { operationsOf } from './operation-input.ts';
import type { Operations } from './operations.ts';
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
    ...whyHandlers(context),
    ...allowlistHandlers(context),
    ...recordHandlers(context),
  });
}

/** Who is never blocked without standing in the stored allowlist. */
export function impliedAllowlist(configured: readonly Network[]): readonly ImpliedEntry[] {
  return [
    ...ownAddresses().map((network) => ({ network, description: 'an address of this host' })),
    ...configured.map((network) => ({ network, description: 'named in the configuration' })),
  ];
}
