import { z } from 'zod';
import { detectorBase, maxSourcesValue } from '../detector.ts';

export const scannerConfig = z
  .strictObject({
    ...detectorBase,
    'user-agents': z
      .array(z.string().min(3).max(200))
      .default([])
      .describe('further user agents of scanners; part of the name is enough, case does not matter'),
    'allowed-user-agents': z
      .array(z.string().min(3).max(200))
      .default([])
      .describe('never a scanner by its user agent alone: a monitor of your own, such as sipsak'),
    score: z
      .int()
      .min(1)
      .max(100)
      .default(60)
      .describe('how sure the marks of one request must be together, in per cent'),
    'max-sources': maxSourcesValue,
  })
  .prefault({})
  .describe('known scanning tools, by user agent and by the marks they leave in a request');

export type ScannerConfig = z.output<typeof scannerConfig>;
