import { z } from 'zod';
import { durationValue } from '../../lib/config-values.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export const apibanConfig = z
  .strictObject({
    key: z
      .string()
      .regex(/^[A-Za-z0-9_-]{8,128}$/, { error: 'expected the key that APIBan gave you' })
      .optional()
      .meta({ examples: ['0123456789abcdef0123456789abcdef'] })
      .describe('Your key. Without one APIBan is not asked.'),
    api: z
      .enum(['v1', 'v2'])
      .default('v2')
      .describe('v1 puts the key into the address that is asked, v2 into a header.'),
    url: z
      .url({ protocol: /^https?$/, error: 'expected an http or https address' })
      .default('https://apiban.org/api')
      .describe('Where the service is.'),
    every: durationValue({ minMs: 2 * MINUTE_MS, maxMs: DAY_MS })
      .prefault('10m')
      .describe(
        'How often new addresses are asked for: ten requests at most each time, the service allows 11 in 2 minutes.',
      ),
    'keep-for': durationValue({ minMs: 60 * MINUTE_MS, maxMs: 30 * DAY_MS })
      .prefault('7d')
      .describe('How long an address counts after it was given.'),
    'stale-after': durationValue({ minMs: 10 * MINUTE_MS, maxMs: 30 * DAY_MS })
      .prefault('1d')
      .describe('Without an answer for so long there is an alarm.'),
  })
  .describe('APIBan: addresses that others have found attacking SIP servers.');

export type ApibanConfig = z.output<typeof apibanConfig>;
