import { z } from 'zod';
import { durationValue } from '../../lib/config-values.ts';

export const fileFeedConfig = z
  .strictObject({
    path: z
      .string()
      .min(1)
      .describe('File with an address or network a line; what follows # or ; is a remark. Read again when it changes.'),
    'stale-after': durationValue({ minMs: 60_000, maxMs: 365 * 86_400_000 })
      .optional()
      .meta({ examples: ['2d'] })
      .describe('A file that was not written for so long is an alarm. Default: a file may be of any age.'),
  })
  .describe('A list of addresses in a file.');

export type FileFeedConfig = z.output<typeof fileFeedConfig>;
