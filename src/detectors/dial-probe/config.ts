import { z } from 'zod';
import { durationValue } from '../../lib/config-values.ts';
import { MOST_FEW } from '../../lib/few-distinct.ts';
import { detectorBase, maxSourcesValue } from '../detector.ts';

const DAY_MS = 86_400_000;

export const dialProbeConfig = z
  .strictObject({
    ...detectorBase,
    prefixes: z
      .int()
      .min(2)
      .max(MOST_FEW)
      .default(4)
      .describe('different prefixes before the same number that come to nothing within window: then a source probes'),
    'costly-numbers': z
      .int()
      .min(2)
      .max(MOST_FEW)
      .default(5)
      .describe('different numbers abroad or premium that a source calls without credentials within window, likewise'),
    window: durationValue({ minMs: 60_000, maxMs: 14 * DAY_MS })
      .prefault('1d')
      .describe('within how long calls of a source count'),
    'suffix-digits': z
      .int()
      .min(6)
      .max(12)
      .default(8)
      .describe('last digits of a number that make it the same number whatever stands before them'),
    'max-sources': maxSourcesValue,
  })
  .prefault({})
  .describe('calls that try which prefix leads out: the same number with 00, 011, 9011, 810, 900 and so on before it');

export type DialProbeConfig = z.output<typeof dialProbeConfig>;
