import { defineSource } from '../source.ts';
import { decoyConfig } from './config.ts';
import { Decoy } from './decoy.ts';

export { decoyConfig } from './config.ts';
export { Decoy, type Listening } from './decoy.ts';

export const decoy = defineSource({
  type: 'decoy',
  description: 'an own SIP listener on UDP and TCP that answers like a PBX without users',
  schema: decoyConfig,
  create: (config, context) => new Decoy(config, context),
});

/** As `decoy.create`, for those that want to know where it listens. */
export const createDecoy = (...args: ConstructorParameters<typeof Decoy>): Decoy => new Decoy(...args);
