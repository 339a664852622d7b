import { z } from 'zod';
import { FORMAT_NAMES } from '../../formats/index.ts';

export const fileTailConfig = z
  .strictObject({
    type: z.literal('file-tail').describe('Lines appended to a file, through log rotation.'),
    path: z
      .string()
      .min(1)
      .meta({ examples: ['/var/log/opensips/sipward-events.log'] })
      .describe('The file to follow. It may be made later. A relative path starts where sipward was started.'),
    format: z.enum(FORMAT_NAMES).default('auto').describe('How its lines are written; auto finds out line by line.'),
    from: z
      .enum(['end', 'beginning'])
      .default('end')
      .describe(
        'Where to begin the first time in a file that is already there. After that, reading goes on where it stopped; a file that is made later is read from its beginning.',
      ),
    'max-line-bytes': z
      .int()
      .min(1024)
      .max(16 * 1024 * 1024)
      .default(65_536)
      .describe('Longer lines are left out and counted as not understood.'),
  })
  .describe('Follows a log file or the events that OpenSIPS writes.');

export type FileTailConfig = z.output<typeof fileTailConfig>;
