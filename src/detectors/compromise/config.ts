import { z } from 'zod';
import { durationValue } from '../../lib/config-values.ts';
import { MOST_FEW } from '../../lib/few-distinct.ts';
import { detectorBase, maxSourcesValue } from '../detector.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export const compromiseConfig = z
  .strictObject({
    ...detectorBase,
    guesses: z
      .int()
      .min(3)
      .max(1000)
      .default(5)
      .describe('failures at an account, over all sources, from which on a success is looked at'),
    window: durationValue({ minMs: 60_000, maxMs: 14 * DAY_MS })
      .prefault('3d')
      .describe('how long failures at an account are remembered after the last one'),
    'fast-within': durationValue({ minMs: 100, maxMs: 60_000 })
      .prefault('10s')
      .describe('guesses failures of one source and its success within this are faster than people and phones are'),
    'other-accounts': z
      .int()
      .min(2)
      .max(MOST_FEW)
      .default(5)
      .describe('a source that failed at so many accounts, and then gets into one, has guessed it'),
    'attacking-sources': z
      .int()
      .min(3)
      .max(32)
      .default(10)
      .describe('where so many sources failed at an account, one of them that gets in is no device of its own'),
    'many-guesses': z
      .int()
      .min(5)
      .max(100_000)
      .default(20)
      .describe('failures from which on a success with a user agent new to the account is enough, from a new source'),
    'watch-for': durationValue({ minMs: HOUR_MS, maxMs: 14 * DAY_MS })
      .prefault('1d')
      .describe('how long the calls of a source that got in after failures are watched'),
    'known-for': durationValue({ minMs: HOUR_MS, maxMs: 90 * DAY_MS })
      .prefault('30d')
      .describe('how long a source, user agent or country of call that an account had is its own'),
    'max-accounts': z
      .int()
      .min(1024)
      .max(1_048_576)
      .default(32_768)
      .describe('accounts remembered at most: so many that fail, and so many that succeed'),
    'max-sources': maxSourcesValue.default(131_072),
  })
  .prefault({})
  .describe('a password was guessed: many failures at an account, then a success, then what its owner does not do');

export type CompromiseConfig = z.output<typeof compromiseConfig>;
