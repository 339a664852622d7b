import { z } from 'zod';
import { durationValue, endpointValue, networkValue } from '../../lib/config-values.ts';
import { journalKeys } from '../journal-config.ts';

export const hepConfig = z
  .strictObject({
    type: z.literal('hep'),
    listen: z
      .array(endpointValue())
      .min(1)
      .max(32)
      .prefault(['127.0.0.1:9060'])
      .describe('Addresses that capture agents send to, each over UDP and TCP. Default ["127.0.0.1:9060"].'),
    senders: z
      .array(networkValue())
      .max(1000)
      .prefault(['127.0.0.0/8', '::1'])
      .describe(
        'Hosts and networks whose reports are believed: whoever can send HEP can accuse anybody. ' +
          'Default ["127.0.0.0/8", "::1"].',
      ),
    'auth-key': z
      .string()
      .min(1)
      .max(256)
      .optional()
      .describe('Reports without this authentication key (HEP version 3) are left out. Default: any are taken.'),
    own: z
      .array(networkValue())
      .max(1000)
      .prefault([])
      .describe(
        'Our own SIP servers: nothing they send is held against them. ' +
          'Who challenges or registers others is known as a server without being named here. Default [].',
      ),
    'max-clock-skew': durationValue({ maxMs: 3_600_000 })
      .prefault('30s')
      .describe('Reports whose clock differs more from ours are taken to be of now. Default 30s.'),
    'max-transactions': z
      .int()
      .min(1000)
      .max(10_000_000)
      .default(200_000)
      .describe('SIP requests remembered until their reply, about 1 kB each. Default 200000.'),
    'max-connections': z
      .int()
      .min(1)
      .max(10_000)
      .default(64)
      .describe('TCP connections of capture agents open at a time; one more is closed at once. Default 64.'),
    ...journalKeys,
  })
  .describe('Listens for HEP, as OpenSIPS, Kamailio, Asterisk, FreeSWITCH and heplify send it.');

export type HepConfig = z.output<typeof hepConfig>;
