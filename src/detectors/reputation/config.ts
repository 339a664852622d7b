import { z } from 'zod';
import { durationValue } from '../../lib/config-values.ts';
import { detectorBase, maxSourcesValue } from '../detector.ts';

export const reputationConfig = z
  .strictObject({
    ...detectorBase,
    block: z
      .boolean()
      .default(false)
      .describe('whether a listed address that fails here once is reason enough for a block; else it is a warning'),
    'quiet-for': durationValue({ minMs: 60_000, maxMs: 86_400_000 })
      .prefault('1h')
      .describe('how long the same source is not told of again'),
    'max-sources': maxSourcesValue,
  })
  .prefault({})
  .describe('addresses on a list (`intel`) that fail here, too');

export type ReputationConfig = z.output<typeof reputationConfig>;
