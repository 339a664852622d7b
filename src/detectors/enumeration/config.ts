import { z } from 'zod';
import { durationValue } from '../../lib/config-values.ts';
import { detectorBase, maxSourcesValue } from '../detector.ts';

const MAX_WINDOW_MS = 7 * 86_400_000;
const windowValue = () => durationValue({ minMs: 10_000, maxMs: MAX_WINDOW_MS });

const enumerationRule = z.strictObject({
  accounts: z.int().min(3).max(100).describe('how many different accounts'),
  window: windowValue().describe('within how long'),
});

export const enumerationConfig = z
  .strictObject({
    ...detectorBase,
    rules: z
      .array(enumerationRule)
      .min(1)
      .max(4)
      .prefault([
        { accounts: 11, window: '10m' },
        { accounts: 16, window: '1d' },
      ])
      .describe('different accounts that fail at one source; any one of the rules is enough'),
    'max-success-rate': z
      .number()
      .min(0)
      .max(1)
      .default(0.3)
      .describe('where more of the accounts than this share get in, it is a busy office and nothing is found'),
    'unknown-accounts': z
      .int()
      .min(2)
      .max(100)
      .default(5)
      .describe(
        'different accounts that do not exist, as far as the server says so, within unknown-window; or so many attempts at such within 10 seconds',
      ),
    'unknown-window': windowValue().prefault('10m').describe('within how long'),
    'max-sources': maxSourcesValue.default(262_144),
  })
  .prefault({})
  .describe('one source that tries many accounts, to learn which exist');

export type EnumerationConfig = z.output<typeof enumerationConfig>;
