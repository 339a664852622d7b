import { z } from 'zod';
import { durationValue } from '../../lib/config-values.ts';
import { detectorBase } from '../detector.ts';

const DAY_MS = 86_400_000;

export const behaviourConfig = z
  .strictObject({
    ...detectorBase,
    'learn-for': durationValue({ minMs: 7 * DAY_MS, maxMs: 60 * DAY_MS })
      .prefault('2w')
      .describe('how long an account, or an SBC, is watched before anything is said of it'),
    'min-calls': z
      .int()
      .min(5)
      .max(10_000)
      .default(20)
      .describe('calls of an account within an hour: fewer are never a deviation'),
    factor: z
      .number()
      .min(2)
      .max(100)
      .default(3)
      .describe('how many times the most by habit something must be, at least'),
    'quiet-for': durationValue({ minMs: 3_600_000, maxMs: 28 * DAY_MS })
      .prefault('1d')
      .describe('how long the same is not told again of an account or an SBC; doubled each time, while it goes on'),
    'max-accounts': z
      .int()
      .min(1024)
      .max(1_048_576)
      .default(65_536)
      .describe('accounts remembered at most, about 600 bytes each'),
  })
  .prefault({})
  .describe('accounts and SBCs that do other things than by habit; told of, never blocked for');

export type BehaviourConfig = z.output<typeof behaviourConfig>;
