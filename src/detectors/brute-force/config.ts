import { z } from 'zod';
import { durationValue } from '../../lib/config-values.ts';
import { detectorBase, maxSourcesValue } from '../detector.ts';

/** Longest window, so that ages fit the tables' 32-bit clock with room to spare. */
const MAX_WINDOW_MS = 7 * 86_400_000;

const bruteForceRule = z.strictObject({
  count: z
    .enum(['attempts', 'failures'])
    .describe('attempts: failed registrations and door knocks together; failures: failed registrations alone'),
  threshold: z.int().min(1).max(1000).describe('how many'),
  window: durationValue({ minMs: 1000, maxMs: MAX_WINDOW_MS }).describe(
    'within how long, sliding; counted exactly up to an hour, beyond that closely',
  ),
});

export const bruteForceConfig = z
  .strictObject({
    ...detectorBase,
    rules: z
      .array(bruteForceRule)
      .min(1)
      .max(8)
      .prefault([
        { count: 'attempts', threshold: 10, window: '5m' },
        { count: 'failures', threshold: 5, window: '5m' },
        { count: 'failures', threshold: 10, window: '1h' },
        { count: 'failures', threshold: 20, window: '1d' },
        { count: 'attempts', threshold: 30, window: '1d' },
        { count: 'failures', threshold: 40, window: '7d' },
      ])
      .describe('any one of them is enough'),
    'max-sources': maxSourcesValue,
  })
  .prefault({})
  .describe('many failed registrations or refused requests from one source');

export type BruteForceConfig = z.output<typeof bruteForceConfig>;
