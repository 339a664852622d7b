import { z } from 'zod';
import { durationValue, networkValue } from '../lib/config-values.ts';
import { SEVERITIES } from '../pipeline/finding.ts';

const DAY_MS = 86_400_000;
const blockTimes = () =>
  z
    .array(durationValue({ minMs: 1000, maxMs: 365 * DAY_MS }))
    .min(1)
    .max(16);

export const policyConfig = z
  .strictObject({
    'block-times': blockTimes()
      .prefault(['1h', '4h', '1d', '7d'])
      .describe(
        'how long a source is blocked the first time, the second, …; the last time stands for all further ones',
      ),
    'unproven-block-times': blockTimes()
      .prefault(['2m', '10m', '1h', '4h'])
      .describe('the same where the source address may be forged (UDP without a returned challenge): short at first'),
    'forgive-after': durationValue({ minMs: 60_000, maxMs: 365 * DAY_MS })
      .prefault('30d')
      .describe('a source that stays quiet this long after its last block is a first offender again'),
    'block-from': z
      .enum(SEVERITIES)
      .default('error')
      .describe('findings of this severity and above block; others are recorded'),
    allowlist: z
      .array(networkValue())
      .prefault([])
      .describe('addresses and networks never blocked, besides those managed with `sipward allow`'),
    'max-offenders': z.int().min(1000).max(10_000_000).default(200_000).describe('blocked sources remembered at most'),
  })
  .prefault({})
  .describe('what is done about findings');

export type PolicyConfig = z.output<typeof policyConfig>;
