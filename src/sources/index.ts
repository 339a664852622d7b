/** The kinds of sources. A new one is added here. */
import { decoyConfig } from './decoy/config.ts';
import { Decoy } from './decoy/decoy.ts';
import { defineSource, type SourceKind } from './source.ts';

export const SOURCES: readonly SourceKind[] = [
  defineSource({
    type: 'decoy',
    description: 'an own SIP listener on UDP and TCP that answers like a PBX without users',
    schema: decoyConfig,
    create: (config, context) => new Decoy(config, context),
  }),
];
