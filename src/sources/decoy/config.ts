import { z } from 'zod';
import { endpointValue } from '../../lib/config-values.ts';
import { journalKeys } from '../journal-config.ts';

/** Printable ASCII, without what would end a quoted string or a line. */
const headerText = z
  .string()
  .regex(/^[ !#-[\]-~]{1,128}$/, { error: 'expected 1 to 128 printable ASCII characters without " and \\' });

export const decoyConfig = z
  .strictObject({
    type: z.literal('decoy'),
    listen: z
      .array(endpointValue())
      .min(1)
      .max(32)
      .prefault(['127.0.0.1:5060'])
      .describe('Addresses that the decoy answers on, each over UDP and TCP. Default ["127.0.0.1:5060"].'),
    'user-agent': headerText
      .default('Asterisk PBX 20.11.1')
      .describe('The Server header of its answers: what it claims to be.'),
    realm: headerText.default('asterisk').describe('The realm of its challenges. Default "asterisk".'),
    'replies-per-second': z
      .int()
      .min(1)
      .max(10_000)
      .default(100)
      .describe('Replies to one source (an IPv4 address, an IPv6 /64) per second at most. Default 100.'),
    'max-connections': z
      .int()
      .min(1)
      .max(10_000)
      .default(256)
      .describe('TCP connections open at a time on each address; one more is closed at once. Default 256.'),
    ...journalKeys,
  })
  .describe('An own SIP listener that answers like a PBX without users. Whoever comes is no customer.');

export type DecoyConfig = z.output<typeof decoyConfig>;
