/** Lends an nftables enforcer with a kernel of its own. */
import { setTimeout } from 'node:timers/promises';
import { type Namespace, whyNoNamespace, withNamespace } from '../../../test/support/namespace.ts';
import type { EnforcerLab } from '../enforcer.testkit.ts';
import { nftablesConfig } from './config.ts';
import { type Network, withNetwork } from './network.testkit.ts';
import { Nftables } from './nftables.ts';

export interface Lab extends EnforcerLab {
  readonly enforcer: Nftables;
  readonly namespace: Namespace;
  readonly faults: readonly Error[];
}

/** Why nothing of this can run here, told once. */
export const skip = whyNoNamespace();
if (skip !== undefined) console.log(`skipped: tests of nftables: ${skip}`);

export async function lend(namespace: Namespace, config: object, use: (lab: Lab) => Promise<void>): Promise<void> {
  const faults: Error[] = [];
  const enforcer = new Nftables(nftablesConfig.parse({ prefix: namespace.prefix, ...config }), {
    clock: Date.now,
    onFault: (error) => faults.push(error),
  });
  try {
    await use({ enforcer, namespace, faults, now: Date.now, pass: (ms) => setTimeout(ms) });
  } finally {
    await enforcer.close();
  }
}

export function withLab(use: (lab: Lab) => Promise<void>, config: object = {}): Promise<void> {
  return withNamespace((namespace) => lend(namespace, config, use));
}

/** With a SIP server behind it and clients before it. */
export function withPackets(use: (lab: Lab & Network) => Promise<void>, config: object = {}): Promise<void> {
  return withNetwork((network) => lend(network.sbc, config, (lab) => use({ ...lab, ...network })));
}
