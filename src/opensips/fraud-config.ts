import { z } from 'zod';

/** Warning and critical threshold of one figure; 0 switches it off. */
const thresholds = (warning: number, critical: number, of: string) =>
  z
    .tuple([z.int().min(0).max(1_000_000), z.int().min(0).max(1_000_000)])
    .default([warning, critical])
    .describe(`${of}: from how many on a warning, from how many on critical.`);

const ruleConfig = z.strictObject({
  prefix: z
    .string()
    .regex(/^\+?[0-9]{0,30}$/, { error: 'expected the first digits of dialled numbers, or nothing for all numbers' })
    .describe(
      'First digits of the dialled numbers that the rule is about, + and 00 being the same; the longest that fits is used.',
    ),
  'calls-per-minute': thresholds(5, 10, 'Calls of one account to the prefix within a minute'),
  'call-seconds': thresholds(7200, 14400, 'Seconds of one call'),
  'total-calls': thresholds(200, 400, 'Calls of one account in a day'),
  'concurrent-calls': thresholds(5, 10, 'Calls of one account at the same time'),
  'sequential-calls': thresholds(20, 40, 'Calls of one account to one number in a row'),
});

export type FraudRule = z.output<typeof ruleConfig>;

/** Strict for what callers rarely dial and fraudsters sell: international and premium numbers. */
const DEFAULT_RULES: readonly z.input<typeof ruleConfig>[] = [
  { prefix: '', 'calls-per-minute': [20, 40], 'concurrent-calls': [10, 20], 'total-calls': [500, 1000] },
  ...['00', '011'].map((prefix) => ({ prefix })),
  ...['0900', '1900', '001900'].map((prefix) => ({
    prefix,
    'calls-per-minute': [2, 4] as [number, number],
    'concurrent-calls': [2, 3] as [number, number],
    'total-calls': [10, 20] as [number, number],
  })),
];

export const fraudConfig = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Watch the calls of each account with fraud_detection.'),
    rules: z
      .array(ruleConfig)
      .min(1)
      .max(10_000)
      .prefault([...DEFAULT_RULES])
      .describe('The thresholds, by dialled prefix.'),
  })
  .describe('Thresholds per account and dialled prefix; crossing one is a signal, nothing is refused.');
