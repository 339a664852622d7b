import { z } from 'zod';
import { FORMAT_NAMES } from '../../formats/index.ts';

/** What journald lets stand in a match, and no option of journalctl. */
const name = z.string().regex(/^[A-Za-z0-9_/@.:][A-Za-z0-9_/@.:\\-]{0,254}$/, {
  error: 'expected the name of a unit or program: letters, digits and _ / @ . : -',
});

export const journaldConfig = z
  .strictObject({
    type: z.literal('journald').describe('Messages of SIP servers in the journal of systemd.'),
    units: z
      .array(name)
      .max(32)
      .default([])
      .meta({ examples: [['asterisk.service']] })
      .describe(
        'Units whose messages are read, such as asterisk.service. Any program of this host can write under another name, but not as another unit.',
      ),
    identifiers: z
      .array(name)
      .max(32)
      .default(['asterisk', 'freeswitch', 'kamailio', '/usr/sbin/kamailio', 'opensips', '/usr/sbin/opensips'])
      .describe('Names of programs whose messages are read; only used if no units are named.'),
    directory: z
      .string()
      .min(1)
      .optional()
      .describe('Where journal files are, for one that is not this host’s own. Default: the journal of this host.'),
    format: z.enum(FORMAT_NAMES).default('auto').describe('How the messages are written; auto finds out line by line.'),
    from: z
      .enum(['end', 'beginning'])
      .default('end')
      .describe('Where to begin the first time. After that, reading goes on where it stopped.'),
  })
  .describe('Follows the journal of systemd, by way of journalctl.');

export type JournaldConfig = z.output<typeof journaldConfig>;
