import { z } from 'zod';
import { durationValue } from '../../lib/config-values.ts';
import { COUNTRY_CODES } from '../../lib/geography/country-codes.ts';
import { detectorBase, maxSourcesValue } from '../detector.ts';

const DAY_MS = 86_400_000;

const countries = () =>
  z.array(
    z
      .string()
      .refine((code) => COUNTRY_CODES.has(code), {
        error: 'expected the code of a country (ISO 3166-1) in capitals: DE, GB, US',
      })
      .meta({ pattern: '^[A-Z]{2}$', 'x-form': 'a country code' }),
  );

export const geoConfig = z
  .strictObject({
    ...detectorBase,
    allow: countries()
      .default([])
      .describe('countries that may register and call; none: all may. Addresses whose country is not known always may'),
    deny: countries().default([]).describe('countries that may not; where allow names some, all others may not anyway'),
    block: z
      .boolean()
      .default(false)
      .describe('whether one request from a country that may not is reason enough for a block; else it is a warning'),
    'quiet-for': durationValue({ minMs: 60_000, maxMs: DAY_MS })
      .prefault('1h')
      .describe('how long the same source from a country that may not is not told of again'),
    'learn-for': durationValue({ minMs: 0, maxMs: 30 * DAY_MS })
      .prefault('7d')
      .describe('how long the countries of an account are learned before a new one is told of'),
    'known-for': durationValue({ minMs: DAY_MS, maxMs: 365 * DAY_MS })
      .prefault('60d')
      .describe('how long a country remains one of the account after it was last seen there'),
    'traveller-from': z
      .int()
      .min(2)
      .max(8)
      .default(3)
      .describe('an account that was in so many countries within known-for travels: a further one is nothing new'),
    'max-speed': z
      .int()
      .min(100)
      .max(100_000)
      .default(1000)
      .describe('kilometres per hour: who moves from country to country faster has not travelled'),
    'max-accounts': z.int().min(1024).max(1_048_576).default(65_536).describe('accounts remembered at most'),
    'max-sources': maxSourcesValue.default(65_536),
  })
  .superRefine(({ allow, deny }, context) => {
    for (const [index, code] of deny.entries()) {
      if (!allow.includes(code)) continue;
      const message = 'expected a country that is not in allow, too';
      context.addIssue({ code: 'custom', path: ['deny', index], message, input: code });
    }
  })
  .prefault({})
  .describe('countries: who may register and call at all, and accounts that turn up where they cannot be');

export type GeoConfig = z.output<typeof geoConfig>;
