/** The enforcers, the quickest first. A new one is added here. */
import { DryRun, dryRunConfig } from './dry-run/dry-run.ts';
import { defineEnforcer, type EnforcerKind } from './enforcer.ts';
import { nftablesConfig } from './nftables/config.ts';
import { Nftables } from './nftables/nftables.ts';
import { opensipsEnforcerConfig } from './opensips/config.ts';
import { OpensipsMemory } from './opensips/opensips.ts';

export const ENFORCERS: readonly EnforcerKind[] = [
  defineEnforcer({
    name: 'dry-run',
    description: 'drops nothing, remembers what would be kept out',
    schema: dryRunConfig,
    create: (config, context) => new DryRun(config, context),
  }),
  defineEnforcer({
    name: 'nftables',
    description: 'drops packets in the kernel',
    schema: nftablesConfig,
    create: (config, context) => new Nftables(config, context),
  }),
  defineEnforcer({
    name: 'opensips',
    description: 'refuses requests in the memory of OpenSIPS',
    schema: opensipsEnforcerConfig,
    create: (config, context) => new OpensipsMemory(config, context),
  }),
];
