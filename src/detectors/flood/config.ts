import { z } from 'zod';
import { durationValue } from '../../lib/config-values.ts';
import { detectorBase, maxSourcesValue } from '../detector.ts';

export const floodConfig = z
  .strictObject({
    ...detectorBase,
    threshold: z.int().min(2).max(1_000_000).default(200).describe('refused or failed requests from one source'),
    window: durationValue({ minMs: 1000, maxMs: 3_600_000 }).prefault('10s').describe('within how long'),
    'max-sources': maxSourcesValue,
  })
  .prefault({})
  .describe('more requests than any honest client sends, and the floods and rate limits that OpenSIPS reports');

export type FloodConfig = z.output<typeof floodConfig>;
