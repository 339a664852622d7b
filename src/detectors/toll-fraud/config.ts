import { z } from 'zod';
import { durationValue } from '../../lib/config-values.ts';
import { TARIFFS } from '../../lib/phone-number/tariffs.ts';
import { detectorBase } from '../detector.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** What costs something; countries without a calling code of their own cannot be told from those whose code they have. */
const RATED = new Set([...TARIFFS.values()].map(({ country }) => country).filter((name) => name !== 'freephone'));

export const tollFraudConfig = z
  .strictObject({
    ...detectorBase,
    rates: z
      .record(
        z
          .string()
          .refine((name) => RATED.has(name), {
            error: 'expected an ISO country such as IL, or premium, satellite, shared, personal',
          })
          .meta({ pattern: '^([A-Z]{2}|premium|satellite|shared|personal)$' }),
        z
          .number()
          .min(0)
          .max(100_000)
          .describe('cents a minute to a country such as IL, or to premium, satellite, shared or personal numbers'),
      )
      .prefault({})
      .meta({
        description: 'cents a minute by country or kind of number, where the built-in table is to be corrected',
        examples: [{ IL: 20, premium: 150 }],
      }),
    'max-spend': z
      .number()
      .min(1)
      .max(10_000_000)
      .default(5000)
      .describe('cents that an account may spend on costly calls in a day; or five times what it spends by habit'),
    'burst-calls': z
      .int()
      .min(2)
      .max(64)
      .default(3)
      .describe('calls to countries new to the account within burst-within'),
    'burst-cents': z
      .number()
      .min(1)
      .max(100_000)
      .default(100)
      .describe('and what a minute of them costs together: then it is fraud; three times as much for a new account'),
    'burst-within': durationValue({ minMs: 60_000, maxMs: DAY_MS })
      .prefault('10m')
      .describe('within how long calls are a burst; calls that still run count however long they do'),
    'new-for': durationValue({ minMs: HOUR_MS, maxMs: 30 * DAY_MS })
      .prefault('1d')
      .describe('how long a country stays new after the first call there, and an account after it was first seen'),
    'quiet-for': durationValue({ minMs: 60_000, maxMs: DAY_MS })
      .prefault('1h')
      .describe('how long the same account is not told of again'),
    'max-accounts': z.int().min(1024).max(1_048_576).default(65_536).describe('accounts remembered at most'),
  })
  .prefault({})
  .describe('calls that somebody makes at the cost of an account: new countries, bursts, dear minutes, odd hours');

export type TollFraudConfig = z.output<typeof tollFraudConfig>;
