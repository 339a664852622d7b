import { z } from 'zod';
import { detectorBase, maxSourcesValue } from '../detector.ts';

export const decoyTouchConfig = z
  .strictObject({
    ...detectorBase,
    extensions: z
      .array(z.string().min(1).max(64))
      .max(1000)
      .default([])
      .describe('extensions that belong to nobody: whoever registers one, or calls it, is up to no good'),
    'max-sources': maxSourcesValue.default(262_144),
  })
  .prefault({})
  .describe('whoever speaks to the decoy, or to an extension that belongs to nobody');

export type DecoyTouchConfig = z.output<typeof decoyTouchConfig>;
