import { z } from 'zod';
import { durationValue } from '../../lib/config-values.ts';
import { detectorBase } from '../detector.ts';

export const campaignConfig = z
  .strictObject({
    ...detectorBase,
    sources: z
      .int()
      .min(2)
      .max(10)
      .default(3)
      .describe('different sources that share something telling within window: then they are one campaign'),
    'weak-sources': z
      .int()
      .min(3)
      .max(20)
      .default(10)
      .describe('the same where what they share says little alone, such as a common user agent and one account'),
    window: durationValue({ minMs: 60_000, maxMs: 86_400_000 })
      .prefault('1h')
      .describe('within how long findings that share something belong together'),
    'quiet-for': durationValue({ minMs: 60_000, maxMs: 7 * 86_400_000 })
      .prefault('2h')
      .describe('how long nothing may be found of a campaign until it is over'),
    'max-campaigns': z.int().min(8).max(4096).default(256).describe('campaigns followed at the same time at most'),
    'max-ties': z
      .int()
      .min(1024)
      .max(1_048_576)
      .default(65_536)
      .describe('things that findings may share, remembered at most'),
  })
  .prefault({})
  .describe('findings that share marks, targets or networks are one attack');

export type CampaignConfig = z.output<typeof campaignConfig>;
