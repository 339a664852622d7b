import { z } from 'zod';
import { endpointValue, networkValue } from '../../lib/config-values.ts';
import { journalKeys } from '../journal-config.ts';

export const opensipsStreamConfig = z
  .strictObject({
    type: z.literal('opensips-stream').describe('Signals that OpenSIPS on another host sends over TCP.'),
    listen: z
      .array(endpointValue())
      .min(1)
      .max(32)
      .prefault(['127.0.0.1:8050'])
      .describe('Addresses that event_stream of OpenSIPS connects to. Default ["127.0.0.1:8050"].'),
    senders: z
      .array(networkValue())
      .max(1000)
      .prefault(['127.0.0.0/8', '::1'])
      .describe(
        'Hosts whose signals are believed: whoever can send them can accuse anybody. Default ["127.0.0.0/8", "::1"].',
      ),
    'max-connections': z
      .int()
      .min(1)
      .max(10_000)
      .default(64)
      .describe('Connections open at a time; one more is closed at once. Default 64.'),
    ...journalKeys,
  })
  .describe(
    'Listens for signals from OpenSIPS on other hosts, which its module event_stream sends (JSON-RPC over TCP).',
  );

export type OpensipsStreamConfig = z.output<typeof opensipsStreamConfig>;
