import { setTimeout } from 'node:timers/promises';
import { type EnforcerLab, runEnforcerKit } from '../enforcer.testkit.ts';
import { nftablesConfig } from './config.ts';
import { type Namespace, whyNoNamespace, withNamespace } from './namespace.testkit.ts';
import { Nftables } from './nftables.ts';

interface Lab extends EnforcerLab {
  readonly enforcer: Nftables;
  readonly namespace: Namespace;
  readonly faults: Error[];
}

function withLab(use: (lab: Lab) => Promise<void>, config: object = {}): Promise<void> {
  return withNamespace(async (namespace) => {
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
  });
}

const skip = whyNoNamespace();
if (skip !== undefined) console.log(`skipped: nftables tests: ${skip}`);

runEnforcerKit('nftables', { withLab, toleranceMs: 1_000, randomRuns: 15, skip });
